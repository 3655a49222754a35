"""Whatever a site sends, the run goes on: the worst case is one page counted under a named reason."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from support.commandline import crawl, manifests, records
from support.rawsite import RawSite, answer, dripping
from support.tinyportal import article, listing

GOOD = article("Ein Artikel, den jeder lesen kann").encode()
NESTED = b"<div>" * 60_000 + GOOD
CONTROLS = article("Steuer\u0000zeichen \u2028 im \u0085 Titel \ud83d\ude00 und mehr").encode("utf-8", "ignore")
NOISE = bytes((i * i * 7 + i) % 256 for i in range(40_000))
DEEP_JSON = b'<script type="application/ld+json">' + b'{"@graph":[' * 50_000 + b"</script>" + GOOD
HUGE_NUMBERS = GOOD.replace(b"2025-12-05T10:00:00+01:00", b"9999999999999-99-99T99:99:99+99:99")


def _headers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(20_000):
        yield b"X-Filler-%d: %s\r\n" % (number, b"y" * 500)


SITE: dict[str, tuple[object, str]] = {
    # what it answers, and what the state then knows of the article: its status, and the reason where it has none
    "gut": (answer(GOOD), "stored"),
    "verschachtelt": (answer(NESTED), "pending empty"),
    "steuerzeichen": (answer(CONTROLS), "stored"),
    "tiefes-json": (answer(DEEP_JSON), "stored"),
    "unmoegliche-zeit": (answer(HUGE_NUMBERS), "stored"),
    "zeichensatz-erfunden": (answer(GOOD, "Content-Type: text/html; charset=klingonisch"), "stored"),
    "zeichensatz-falsch": (answer(GOOD, "Content-Type: text/html; charset=utf-16"), "gone error_page"),
    "gepackt": (answer(gzip.compress(GOOD), "Content-Encoding: gzip"), "stored"),
    "falsch-gepackt": (answer(GOOD, "Content-Encoding: gzip"), "pending encoding"),
    "halb-gepackt": (answer(gzip.compress(GOOD * 50)[:-400], "Content-Encoding: gzip"), "pending encoding"),
    "falsch-brotli": (answer(GOOD, "Content-Encoding: br"), "pending encoding"),
    "falsch-zstd": (answer(GOOD, "Content-Encoding: zstd"), "pending encoding"),
    "falsch-deflate": (answer(GOOD, "Content-Encoding: deflate"), "pending encoding"),
    "leer": (answer(b""), "gone no_article"),
    "bild": (answer(NOISE, "Content-Type: image/png"), "gone no_article"),
    "bild-als-seite": (answer(b"\x89PNG\r\n\x1a\n" + NOISE), "gone no_article"),
    "rauschen": (answer(NOISE), "gone no_article"),
    "zu-kurz": (answer(GOOD, length=len(GOOD) + 5_000), "pending incomplete"),
    "kein-http": (b"Guten Tag, hier ist kein Webserver.\r\n\r\n", "pending connection"),
    "gar-nichts": (b"", "pending connection"),
    "kopf-ohne-ende": (_headers(), "pending connection"),
    "tropfend": (dripping(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + GOOD[:200]), "pending timeout"),
    "kein-ziel": (answer(b"", "Location: ", status="302 Found"), "pending redirect_loop"),
    "krummes-ziel": (answer(b"", "Location: http://[::1/", status="302 Found"), "pending bad_address"),
    "post-ziel": (answer(b"", "Location: mailto:rat@lindenau.example", status="302 Found"), "pending bad_address"),
    "datei-ziel": (answer(b"", "Location: file:///etc/hostname", status="302 Found"), "pending http_302"),
    "inneres-ziel": (
        answer(b"", "Location: http://127.0.0.1:9/news/x-4711001.html", status="302 Found"),
        "pending foreign_host",
    ),
    "zu-oft": (answer(b"zu viel", status="429 Too Many Requests"), "pending http_429"),
    "status-erfunden": (answer(GOOD, status="799 Seltsam"), "pending http_799"),
    "kein-inhalt": (b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", "gone no_article"),
    "ungefragt-304": (b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n", "pending http_304"),
    "stueckweise-falsch": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n" + GOOD,
        "pending incomplete",
    ),
}


def path_of(name: str) -> str:
    return f"/news/seite-{name}-aus-lindenau-{4711001 + list(SITE).index(name)}.html"


def test_every_answer_is_an_article_or_has_its_reason(tmp_path: Path) -> None:
    links = [
        f"{path_of(name)}|Ein Artikel, den jeder lesen kann, Steuerzeichen im Titel und mehr: {name}" for name in SITE
    ]
    answers = {path_of(name): given for name, (given, _) in SITE.items()}
    answers["/"] = answer(listing("Alles Mögliche", *links).encode())
    answers["/robots.txt"] = answer(NOISE, "Content-Type: text/plain")
    with RawSite(answers) as site:
        ended = crawl(
            *("-s", "DOWNLOAD_TIMEOUT=6", "-s", "RETRY_ENABLED=False", "-L", "ERROR"),
            data=tmp_path,
            url=f"{site.origin}/",
        )
    assert "Traceback" not in ended.err
    assert (ended.code, len(ended.lines)) == (0, 1), ended.err
    with sqlite3.connect(tmp_path / "state.sqlite3") as state:
        rows = state.execute("SELECT url, status, reason FROM articles").fetchall()
    known = {url.removeprefix(site.origin): " ".join(filter(None, (status, reason))) for url, status, reason in rows}
    assert known == {path_of(name): settled for name, (_, settled) in SITE.items()}
    stored = {path for path, settled in known.items() if settled == "stored"}
    assert {record["url"].removeprefix(site.origin) for record in records(tmp_path, "articles")} == stored
    assert len(records(tmp_path, "teasers")) == len(SITE)
    (manifest,) = manifests(tmp_path)
    reasons = [name for name in manifest["counts"] if name.startswith("failed/")]
    assert "failed/error" not in reasons
