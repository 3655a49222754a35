"""The embedded portal's traps over real HTTP: they do what their names say, and survive rude clients."""

from __future__ import annotations

import gzip
import http.client
import socket
import zlib
from urllib.parse import urlsplit

import pytest
from support.trap_portal import TrapPortal
from support.trap_portal.client import SMALL, Answer, get, story_with
from support.trap_portal.editions import world

from portalcrawl.demo.link_plan import Links


@pytest.fixture(scope="module")
def portal():
    with TrapPortal(limits=SMALL) as served:
        yield served


def test_traps(portal):
    def trap(name: str) -> Answer:
        return get(portal, story_with(answer=name).path)

    assert trap("missing").status == 404
    assert trap("gone").status == 410
    assert "169.254.169.254" in trap("private").headers["Location"]
    assert trap("loopback").headers["Location"].startswith("http://127.0.0.1:1/")
    assert urlsplit(trap("foreign").headers["Location"]).hostname == "nachbarportal.example"
    big = trap("big")
    assert (len(big.body), big.headers["Content-Length"]) == (SMALL.huge_bytes, None)
    bomb = trap("bomb")
    assert len(bomb.body) < 100_000
    assert len(gzip.decompress(bomb.body)) == SMALL.bomb_bytes
    assert zlib.decompressobj(31).decompress(bomb.body, 10) == b" " * 10


def test_redirect_loop(portal):
    path = story_with(answer="loop").path
    seen = []
    while path not in seen:
        seen.append(path)
        path = get(portal, path).headers["Location"]
    assert len(seen) == 2


def test_forbidden_article_is_linked_and_named_by_robots(portal):
    forbidden = story_with(answer="robots")
    rules = get(portal, "/robots.txt").body.decode()
    assert any(
        forbidden.path.startswith(line.removeprefix("Disallow: ")) for line in rules.splitlines() if "Disallow" in line
    )
    links = Links(world(1), portal.clock)
    assert any(s.teaser.story == forbidden for t in world(1).tree for b in links.article(t) for s in b.spots)


def test_pages_that_fail_at_first_recover_and_fail_again_when_forgotten(portal):
    flaky, cut = story_with(damage="flaky"), story_with(damage="cut-short")
    for _ in range(2):
        portal.forget()
        assert [get(portal, flaky.path).status for _ in range(2)] == [503, 200]
        with pytest.raises(http.client.IncompleteRead):
            get(portal, cut.path)
        assert get(portal, cut.path).status == 200


def test_odd_encodings(portal):
    story = story_with(damage="windows-1252")
    answer = get(portal, story.path)
    assert answer.headers["Content-Type"] == "text/html"
    assert b"charset" not in answer.body
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode()
    body = get(portal, story_with(damage="controls").path).body.decode()
    assert {"\u2028", "\u2029", "\u0085", "\u200b", "\u00ad", "\u0007", "\u0000"} <= set(body)


def test_rights_are_sent(portal):
    meta, head = (next(s for s in world(1).tree if name in s.rights) for name in ("robots", "x_robots_tag"))
    assert meta.rights["robots"] in get(portal, meta.path).body.decode()
    headers = get(portal, head.path).headers
    assert headers["X-Robots-Tag"] == head.rights["x_robots_tag"]
    assert headers["TDM-Reservation"] == head.rights["tdm_reservation"]


def test_rude_clients_are_nobodys_error(portal, capfd, caplog):
    requests = [b"", b"GET", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 100_000, b"POST / HTTP/1.1\r\n"]
    requests.append(f"GET {story_with(answer='big').path} HTTP/1.1\r\n\r\n".encode())
    requests.append(f"GET {story_with(damage='slow').path} HTTP/1.1\r\n\r\n".encode())
    for request in requests:
        client = socket.create_connection(("127.0.0.1", portal.port))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        client.sendall(request)
        client.close()
    assert get(portal, "/").status == 200
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
