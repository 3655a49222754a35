"""What a start page costs in long lists: articles of one host, and of as many hosts as addresses.

    python benchmarks/startpages.py [--hosts 300,3000] [--write] [300 3000 20000]

A list is crawled by ``-a urls_file=... -a follow=false`` from a small site on loopback; hosts are addresses of
127.0.0.0/8, each a portal of its own. CPU time is that of the crawl alone, without that of a crawl of one page.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from places import ROOT, machine, write_section

ARTICLE = """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Fund {n} am Ufer</title>
<meta property="og:type" content="article"></head><body><article><h1>Fund {n} am Ufer der Wümme geborgen</h1>
<time datetime="2025-12-05T10:00:00+01:00">5. Dezember 2025</time>
<p>Taucher haben den Fund mit der Nummer {n} am Morgen geborgen, teilte das Museum mit.</p>
<p>Er lag {n} Schritte vom alten Anleger entfernt und wird nun getrocknet, gemessen und gezeichnet.</p>
<p>Wer dort vor langer Zeit gebaut hat, weiß im Ort niemand; die Grabung {n} geht weiter.</p></article></body></html>"""


class Handler(BaseHTTPRequestHandler):
    """Serves an article for each number, and no robots.txt."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        found = self.path.startswith("/news/")
        body = ARTICLE.format(n=self.path.rpartition("-")[2].partition(".")[0]).encode() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server that waits for as many connections as a crawl opens."""

    daemon_threads = True
    request_queue_size = 512


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of a crawl, and its peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def crawl(addresses: list[str]) -> Cost:
    """Crawl *addresses* into an empty folder and return the cost."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "addresses.txt"
        listed.write_text("\n".join(addresses))
        data = Path(folder) / "data"
        command = ["-m", "scrapy", "crawl", "portal", "-L", "CRITICAL", "-a", f"urls_file={listed}"]
        command += ["-a", "follow=false", "-a", "render=never"]
        began = time.monotonic()
        child = os.spawnve(
            os.P_NOWAIT, sys.executable, [sys.executable, *command], {**os.environ, "PORTALCRAWL_DATA_DIR": str(data)}
        )
        _, status, usage = os.wait4(child, 0)
        wall = time.monotonic() - began
        articles = sum(file.read_bytes().count(b"\n") for file in data.glob("feeds/articles-*.jsonl"))
    if status or articles != len(addresses):
        sys.exit(f"{len(addresses)} addresses: {articles} articles, status {status}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def one_host(port: int, number: int) -> list[str]:
    return [f"http://127.0.0.1:{port}/news/fund-am-ufer-der-wuemme-{4711000 + n}.html" for n in range(number)]


def many_hosts(port: int, number: int) -> list[str]:
    return [
        f"http://127.{1 + n // 60_000}.{n // 240 % 250}.{1 + n % 240}:{port}/news/fund-am-ufer-{4711000 + n}.html"
        for n in range(number)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=[300, 3_000, 20_000])
    parser.add_argument("--hosts", default="300,3000")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    server = Server(("0.0.0.0", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    lines = [
        f"Made by `python benchmarks/startpages.py`: {machine('Scrapy')}",
        "",
        "| | addresses | CPU ms a page | wall s | peak memory MB |",
        "|---|---:|---:|---:|---:|",
    ]
    alone = crawl(one_host(port, 1)).cpu
    sizes = [("one host", one_host, size) for size in given.sizes]
    sizes += [("a host each", many_hosts, int(size)) for size in given.hosts.split(",") if size]
    for name, addresses, size in sizes:
        cost = crawl(addresses(port, size))
        page = 1000 * (cost.cpu - alone) / size
        lines.append(f"| {name} | {size:,} | {page:.2f} | {cost.wall:.1f} | {cost.memory:.0f} |")
        print(lines[-1], flush=True)
    if given.write:
        write_section("startpages", "\n".join(lines))


if __name__ == "__main__":
    os.chdir(Path.cwd() if (Path.cwd() / "scrapy.cfg").exists() else ROOT)
    main()
