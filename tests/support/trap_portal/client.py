"""A plain HTTP client, and ways to find stories, for tests of the portal."""

from __future__ import annotations

import http.client

import pytest
from lxml import html

from portalcrawl.demo.story_model import Story
from support.trap_portal import Limits, TrapPortal
from support.trap_portal.damage import damage_of
from support.trap_portal.editions import world
from support.trap_portal.traps import answer_of

SMALL = Limits(slow_seconds=0.05, huge_bytes=3 * 1024 * 1024, bomb_bytes=32 * 1024 * 1024)


class Answer:
    def __init__(self, raw: http.client.HTTPResponse, body: bytes) -> None:
        self.status, self.body, self.headers = raw.status, body, raw.headers


def get(portal: TrapPortal, target: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", portal.port)
    try:
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        raw = connection.getresponse()
        return Answer(raw, raw.read())
    finally:
        connection.close()


def get_whole(portal: TrapPortal, story: Story) -> Answer:
    if damage_of(story) == "flaky":
        get(portal, story.path)
    if damage_of(story) == "cut-short":
        with pytest.raises(http.client.IncompleteRead):
            get(portal, story.path)
    return get(portal, story.path)


def story_with(**wanted: str) -> Story:
    """Return the first story with these values: ``answer``, ``damage``, or any field."""
    for story in world(1).stories:
        known = {"answer": answer_of(story), "damage": damage_of(story)}
        if all(known.get(name, getattr(story, name, None)) == value for name, value in wanted.items()):
            return story
    raise LookupError(wanted)


def flat(text: str) -> str:
    return " ".join(text.split())


def visible(body: bytes, charset: str = "utf-8") -> str:
    root = html.document_fromstring(body, parser=html.HTMLParser(encoding=charset))
    for unseen in root.xpath("//script|//style|//title"):
        unseen.drop_tree()
    return flat(" ".join(root.itertext()))
