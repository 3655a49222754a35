"""What feeds and sitemaps cost: time and memory of a run that only reads them, and of the run after it.

``python benchmarks/discovery.py`` serves a portal on loopback whose sitemap index names sitemaps of 50,000 entries
each, and crawls it with ``max_depth=0``, so that the articles are recorded and not fetched. It prints a Markdown table.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENTRIES = 50_000
HEAD = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
PAGE = (
    '<!doctype html><html lang="de"><head><title>Probe</title></head><body><main><ul>'
    '<li><a href="/artikel/eine-meldung-aus-der-stadt-und-vom-land-1.html"><h3>Eine Meldung aus der Stadt</h3></a></li>'
    "</ul></main></body></html>"
)


@cache
def sitemap(number: int, origin: str) -> bytes:
    """Return sitemap *number* with ENTRIES entries."""
    first = 1_000_000 + number * ENTRIES
    entries = (
        f"<url><loc>{origin}/artikel/meldung-nummer-{each}-aus-der-stadt-{each}.html</loc>"
        f"<lastmod>2025-11-{each % 28 + 1:02d}T{each % 24:02d}:{each % 60:02d}:00+01:00</lastmod></url>\n"
        for each in range(first, first + ENTRIES)
    )
    return (HEAD + "".join(entries) + "</urlset>").encode()


def index(files: int, origin: str) -> bytes:
    """Return the sitemap index of *files* sitemaps."""
    listed = (
        f"<sitemap><loc>{origin}/sitemap-{number}.xml</loc><lastmod>2025-12-{number % 28 + 1:02d}</lastmod></sitemap>"
        for number in range(files)
    )
    return f"<sitemapindex>{''.join(listed)}</sitemapindex>".encode()


class Site(ThreadingHTTPServer):
    """A portal of nothing but sitemaps."""

    daemon_threads = True

    def __init__(self, files: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.asked: Counter[str] = Counter()
        self.origin = f"http://127.0.0.1:{self.server_port}"

    def body(self, path: str) -> bytes:
        if path == "/robots.txt":
            return f"Sitemap: {self.origin}/sitemap.xml\n".encode()
        if path == "/sitemap.xml":
            return index(self.files, self.origin)
        if path.startswith("/sitemap-"):
            return sitemap(int(path[9:-4]), self.origin)
        return PAGE.encode()


class Handler(BaseHTTPRequestHandler):
    """Answers conditional requests, too."""

    server: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.server.body(self.path)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        is_known = self.headers.get("If-None-Match") == tag
        self.server.asked[f"{self.path.rstrip('0123456789.xml-')} {304 if is_known else 200}"] += 1
        self.send_response(304 if is_known else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "text/html" if self.path == "/" else "application/xml")
        self.send_header("Content-Length", "0" if is_known else str(len(body)))
        self.end_headers()
        if not is_known:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def crawl(site: Site, data: Path) -> tuple[float, float, int]:
    """Crawl and return CPU seconds, wall seconds and peak memory (MB)."""
    command = [sys.executable, "-m", "scrapy", "crawl", "portal", "-L", "ERROR", "-a", f"url={site.origin}/"]
    command += ["-a", "discover=sitemaps", "-a", "max_depth=0"]
    environment = {**os.environ, "PORTALCRAWL_DATA_DIR": str(data)}
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, nargs="*", default=[0, 1, 5], help="sitemaps of the index")
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("| sitemaps | entries | run | CPU s | wall s | peak memory, MB | state, MB | requests for sitemaps |")
    print("|---:|---:|---|---:|---:|---:|---:|---:|")
    for files in args.files:
        site = Site(files)
        for number in range(files):
            sitemap(number, site.origin)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory() as folder:
            for run in ("first", "second"):
                site.asked.clear()
                cpu, wall, memory = crawl(site, Path(folder))
                state = sum(path.stat().st_size for path in Path(folder).glob("state.sqlite3*")) / 1e6
                asked = sum(number for path, number in site.asked.items() if path.startswith("/sitemap"))
                row = (files, f"{files * ENTRIES:,}", run, f"{cpu:.1f}", f"{wall:.1f}", memory, f"{state:.0f}", asked)
                print("| " + " | ".join(map(str, row)) + " |", flush=True)
        site.shutdown()


if __name__ == "__main__":
    main()
