"""Patterns of article addresses, generalised from addresses."""

from __future__ import annotations

import re

import pytest

from portalcrawl.drafting.article_pattern import find_pattern
from portalcrawl.drafting.draft import profile_name

SLUGS = ("neue-faehre-getauft", "sturm-ueber-hohenwarte", "werft-gerettet", "rat-tagt-lange", "deich-haelt")


def addresses(form: str, number: int = 20) -> list[str]:
    return [
        f"https://www.hafenbote.example{form}".format(
            slug=f"{SLUGS[each % 5]}-{'abc'[each % 3] * 3}", number=471_100 + 37 * each, hex=f"{each * 7919 + 2**40:x}a"
        )
        for each in range(number)
    ]


@pytest.mark.parametrize(
    ("form", "expression"),
    [
        ("/stadt/{slug}-{number}.html", r"^/(?:.+/)?[^/]+-(?P<id>\d{4,20})\.html$"),
        ("/stadt/leben/{slug},{number}", r"^/(?:.+/)?[^/]+[-_,.](?P<id>\d{4,20})$"),
        ("/news/{number}/{slug}/", None),
        ("/id_{number}/{slug}.html", None),
        ("/{number}-{slug}", None),
        ("/artikel/{slug}-{hex}.html", None),
        ("/artikel/{hex}", None),
    ],
)
def test_forms(form: str, expression: str | None) -> None:
    urls = addresses(form)
    found = find_pattern(urls)
    assert found is not None
    assert (found.made_from, found.held_by, found.others) == (10, 10, ())
    if expression:
        assert found.expression == expression
    paths = [url.removeprefix("https://www.hafenbote.example") for url in urls]
    ids = {match["id"] for path in paths if (match := re.search(found.expression, path))}
    assert len(ids) == len(urls)


def test_two_forms_on_one_portal() -> None:
    found = find_pattern([*addresses("/stadt/{slug}-{number}.html"), *addresses("/tests/{slug}/{hex}")])
    assert found is not None
    assert found.expression.count("(?P<id>") == 2
    assert not found.others


@pytest.mark.parametrize(
    "urls",
    [
        addresses("/stadt/{slug}-{number}.html", 5),  # too few
        addresses("/stadt/{slug}"),  # no id
        [f"https://a.example/{day}/{slug}" for day in ("20251201", "20251202") for slug in SLUGS],  # a date
        [f"https://a.example/{slug}-{topic}.html" for topic in (471100, 471101) for slug in SLUGS],  # a topic's number
        [*addresses("/stadt/{slug}-{number}.html"), *(f"https://a.example/leben/{slug}" for slug in SLUGS)],
    ],
)
def test_no_pattern(urls: list[str]) -> None:
    assert find_pattern(urls) is None


def test_an_address_without_an_id_may_be_left_out() -> None:
    found = find_pattern([*addresses("/stadt/{slug}-{number}.html", 60), "https://a.example/stadt/wahl-im-norden/"])
    assert found is not None
    assert found.others == ("/stadt/wahl-im-norden/",)


@pytest.mark.parametrize(
    ("url", "taken", "name"),
    [
        ("https://www.seenbote.de/", [], "seenbote"),
        ("https://www.seenbote.de/", ["seenbote"], "seenbote.de"),
        ("https://www.seenbote.de/", ["seenbote", "seenbote.de"], "seenbote.de-2"),
        ("http://127.0.0.1:8998/", [], "127.0.0.1-8998"),
        ("https://news.bbc.co.uk/", [], "news.bbc.co.uk"),
    ],
)
def test_names(url: str, taken: list[str], name: str) -> None:
    assert profile_name(url, taken) == name
