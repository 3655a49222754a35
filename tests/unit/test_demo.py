"""The embedded portal over real HTTP: every kind of page answers, the traps trap, nothing is left behind."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from lxml import html
from support.trap_portal import TrapPortal
from support.trap_portal.client import SMALL, Answer, flat, get, get_whole, story_with, visible
from support.trap_portal.damage import damage_of
from support.trap_portal.editions import world

from portalcrawl.demo.link_plan import Links
from portalcrawl.demo.listings import topic_slug
from portalcrawl.demo.word_lists import words


@pytest.fixture(scope="module")
def portal():
    with TrapPortal(limits=SMALL) as served:
        yield served


STATIC_TARGETS = (
    "/", "/stil.css", "/alt.css", "/kranich.svg", "/bilder/10.svg", "/bilder/10-klein.svg", "/robots.txt", "/impressum",
    "/datenschutz", "/login", "/newsletter", "/autor/jana-vossberg", "/kalender/2025-12", "/kalender/2025-12-05",
    "/suche", "/suche?q=Haushalt", "/suche?q=%3Cb%3E",
)  # fmt: skip


@pytest.mark.parametrize("target", STATIC_TARGETS)
def test_page_kinds_answer(portal, target):
    answer = get(portal, target)
    assert answer.status == 200
    assert int(answer.headers["Content-Length"]) == len(answer.body) > 0


def test_sections_topics_and_their_pages_answer(portal):
    links = Links(world(1), portal.clock)
    for section in words().sections:
        pages = -(-len(links.by_section[section.slug]) // 12)
        assert pages > 1
        shown = [href for n in range(1, pages + 1) for href in card_links(get(portal, f"/{section.slug}?seite={n}"))]
        assert len(shown) == len(links.by_section[section.slug])
        assert get(portal, f"/{section.slug}?seite={pages + 1}").status == 404
        assert all(get(portal, f"/thema/{topic_slug(topic)}").status == 200 for topic in section.topics)


def card_links(answer: Answer) -> list[str]:
    return html.document_fromstring(answer.body).xpath("//article[@class='karte']//h3/a/@href")


@pytest.mark.parametrize(
    "target",
    ["/gibtesnicht", "/sport?seite=0", "/sport?seite=x", "/sport?seite=%C2%B2", "/kalender/2025-13",
     "/kalender/gestern",
     "/bilder/x.svg", "/bilder/", "/bilder/1.png", "/thema/", "/artikel/nichts-1N2.html", "/autor/", "/%00",
     "/suche?seite=9"],
)  # fmt: skip
def test_unknown_addresses_are_not_found(portal, target):
    assert get(portal, target).status == 404


def test_calendar_has_no_end(portal):
    target, seen = "/kalender/2025-12", set()
    for _ in range(30):
        seen.add(target)
        target = html.document_fromstring(get(portal, target).body).xpath("string(//a[@rel='next']/@href)")
    assert len(seen) == 30
    assert target == "/kalender/2028-06"


def test_every_article_shows_its_texts_and_the_teasers_of_the_plan(portal):
    portal.forget()
    links = Links(world(1), portal.clock)
    for story in (story for story in world(1).stories if story.answer == "page"):
        answer = get_whole(portal, story)
        charset = "windows-1252" if damage_of(story) == "windows-1252" else "utf-8"
        text = visible(answer.body, charset)
        shown = [story.headline, story.lead or "", f"Quelle: {story.source}", " / ".join(story.trail)]
        if damage_of(story) != "controls":
            shown += [paragraph.text for paragraph in story.paragraphs]
        for block in links.article(story):
            shown.append(block.heading)
            shown += [flat(f"{s.teaser.snippet}{' […]' if s.teaser.cut else ''} {s.teaser.count}") for s in block.spots]
        missing = [part for part in shown if flat(part) not in text.replace(" /", " /")]
        assert not missing, (story.path, missing)
        root = html.document_fromstring(answer.body)
        hrefs = {href for href in root.xpath("//a/@href") if "/artikel/" in href and href.startswith("/")}
        assert hrefs == {spot.href for block in links.article(story) for spot in block.spots}


def test_two_portals_give_the_same_bytes():
    pages = []
    for _ in range(2):
        with TrapPortal(limits=SMALL) as portal:
            targets = ["/", "/sport?seite=2", "/bilder/70.svg", *[story.path for story in world(1).tree[:12]]]
            pages.append([get(portal, t).body.replace(portal.origin.encode(), b"ORIGIN") for t in targets])
    assert pages[0] == pages[1]


def test_the_clock_is_the_date_of_every_answer_and_the_source_of_ages(portal):
    now = datetime(2025, 12, 5, 19, 0, tzinfo=UTC)
    with TrapPortal(now=now) as later:
        for target in ("/", "/gibtesnicht", "/robots.txt"):
            assert parsedate_to_datetime(get(later, target).headers["Date"]) == now
        page = visible(get(later, world(1).tree[3].path).body)
        assert "vor 2 Stunden" in page
        assert "Freitag, 5. Dezember 2025" in page
        later.clock = None
        assert parsedate_to_datetime(get(later, "/").headers["Date"]) == portal.clock
    with pytest.raises(ValueError, match="time zone"):
        TrapPortal(now=datetime(2025, 12, 5))  # noqa: DTZ001


def test_conditional_requests(portal):
    story = world(1).tree[0]
    first = get(portal, story.path)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    assert get(portal, story.path, If_None_Match=tag).status == 304
    assert get(portal, story.path, If_None_Match='"other"', If_Modified_Since=changed).status == 200
    assert get(portal, story.path, If_Modified_Since=changed).status == 304
    undated = story_with(shown="nothing")
    assert get(portal, undated.path).headers["Last-Modified"] is None


def test_slugs_redirects_and_twins(portal):
    twin = next(story for story in world(1).tree if story.other_slugs)
    for path in (twin.path, twin.path_with(twin.other_slugs[0]), twin.amp_path):
        canonical = html.document_fromstring(get(portal, path).body).xpath("string(//link[@rel='canonical']/@href)")
        assert canonical == portal.origin + twin.path
    renamed = next(story for story in world(1).tree if story.old_slugs)
    answer = get(portal, renamed.path_with(renamed.old_slugs[0]))
    assert (answer.status, answer.headers["Location"]) == (301, renamed.path)


def test_log_names_every_request(portal):
    portal.forget()
    get(portal, "/sport?seite=2")
    get(portal, "/nichts")
    assert portal.visits == ["/sport?seite=2", "/nichts"]
    assert [visit.status for visit in portal.log] == [200, 404]


def test_other_methods(portal):
    head = get(portal, "/", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(get(portal, "/").body)
    assert get(portal, "/", method="POST").status == 405


def test_connection_stays_open_and_answers_in_order(portal):
    with socket.create_connection(("127.0.0.1", portal.port)) as client:
        client.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /nichts HTTP/1.1\r\nConnection: close\r\n\r\n")
        received = b"".join(iter(lambda: client.recv(65536), b""))
    assert received.index(b"HTTP/1.1 200 OK") < received.index(b"HTTP/1.1 404 Not Found")


def test_stop_leaves_no_thread_and_no_port(capfd):
    before = set(threading.enumerate())
    portal = TrapPortal(limits=SMALL).start()
    idle = socket.create_connection(("127.0.0.1", portal.port))
    busy = socket.create_connection(("127.0.0.1", portal.port))
    busy.sendall(f"GET {story_with(answer='big').path} HTTP/1.1\r\n\r\n".encode())
    busy.recv(10)
    assert get(portal, "/").status == 200
    portal.stop()
    portal.stop()
    assert set(threading.enumerate()) <= before  # threads of other tests may end meanwhile
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", portal.port))
    idle.close()
    busy.close()
    portal.start()
    assert get(portal, "/").status == 200
    portal.stop()
    assert capfd.readouterr() == ("", "")


def test_taken_port_is_an_os_error(portal):
    with pytest.raises(OSError, match="in use"):
        TrapPortal(port=portal.port)
