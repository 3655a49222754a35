"""A plain HTTP client and the stories that tests of the sample portal ask for."""

from __future__ import annotations

import http.client

import pytest
from lxml import html

from portalcrawl.demo import Limits, SamplePortal
from portalcrawl.demo.model import Story
from portalcrawl.demo.world import world

SMALL = Limits(slow_seconds=0.05, huge_bytes=3 * 1024 * 1024, bomb_bytes=32 * 1024 * 1024)


class Answer:
    def __init__(self, raw: http.client.HTTPResponse, body: bytes) -> None:
        self.status, self.body, self.headers = raw.status, body, raw.headers


def get(portal: SamplePortal, target: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", portal.port)
    try:
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        raw = connection.getresponse()
        return Answer(raw, raw.read())
    finally:
        connection.close()


def get_in_the_end(portal: SamplePortal, story: Story) -> Answer:
    if story.quirk == "flaky":
        get(portal, story.path)
    if story.quirk == "cut-short":
        with pytest.raises(http.client.IncompleteRead):
            get(portal, story.path)
    return get(portal, story.path)


def story_with(**wanted: str) -> Story:
    found = [s for s in world(1).stories if all(getattr(s, name) == value for name, value in wanted.items())]
    assert found, wanted
    return found[0]


def flat(text: str) -> str:
    return " ".join(text.split())


def visible(body: bytes, charset: str = "utf-8") -> str:
    root = html.document_fromstring(body, parser=html.HTMLParser(encoding=charset))
    for unseen in root.xpath("//script|//style|//title"):
        unseen.drop_tree()
    return flat(" ".join(root.itertext()))
