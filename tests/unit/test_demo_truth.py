"""The sample portal's plan: it has enough of everything, all is reachable, and the expected records are complete."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.trap_portal.damage import damage_of
from support.trap_portal.editions import REWRITTEN, WITHDRAWN, clock_of, world
from support.trap_portal.truth import expected, teasers_on

from portalcrawl.demo import times
from portalcrawl.demo.link_plan import Links
from portalcrawl.demo.story_model import EPOCH, ZONE

PACKAGE = Path(__file__).parents[2] / "portalcrawl" / "demo"


def shingles(text: str) -> set[tuple[str, ...]]:
    found = text.split()
    return {tuple(found[at : at + 3]) for at in range(len(found) - 2)}


def test_there_is_enough_of_everything():
    stories = [story for story in world(1).stories if story.answer == "page"]
    assert len(stories) >= 250
    assert len({story.native for story in world(1).stories}) == len(world(1).stories)
    assert len({story.source for story in stories}) == 6
    assert {story.layout for story in stories} == {"a", "b", "c"}
    assert len({story.section for story in stories}) == 8
    assert {story.agency for story in stories} == {None, "dpa", "dts", "BANG", "lifePR", "knd"}
    assert {"Plus", "Video", "Liveblog", None} == {story.label for story in stories}
    assert sum(story.caption_only for story in stories) > 25
    assert sum(not story.pictures for story in stories) > 15
    heads = " ".join(story.paragraphs[0].text[:60] for story in stories)
    forms = ("Berlin - ", r"\(dpa\) - ", r"\(BANG\) - ", r", \d\d\.\d\d\.2025 \(lifePR\) - ", r"\(dts Nach\w+\) - ")
    for form in forms:
        assert re.search(form, heads), form


def test_texts_are_german_sentences_without_open_slots():
    for story in world(3).stories:
        for text in (story.headline, story.kicker, story.lead or "x", *[p.text for p in story.paragraphs]):
            assert not re.search(r"[{}]|  |\s[.,;]|None", text), text
            assert text == text.strip()
            assert text[0].isupper() or text[0] in '„("0123456789x', text
    assert damage_of(world(1).tree[13]) == "windows-1252"
    assert world(1).tree[13].body.encode("windows-1252")


@pytest.mark.parametrize("edition", [1, 2, 3, 4])
def test_every_story_is_reached_from_the_front_page(edition):
    told, stories = expected(edition), world(edition).stories
    assert set(told.articles) == {story.native for story in stories if story.answer == "page"}
    assert set(told.lost) == {story.native for story in stories if story.answer != "page"}
    assert {teaser.native for teaser in told.teasers.values()} == {story.native for story in stories}
    assert max(article.depth for article in told.articles.values()) > 2


def test_a_crawl_of_recent_articles_alone_reaches_all_of_them():
    """The way to each story leads over newer ones only, so an age limit cuts off nothing."""
    tree = world(1).tree
    links = Links(world(1), EPOCH)
    for number, story in enumerate(tree[1:], start=1):
        parent = tree[(number - 1) // 4]
        assert parent.published >= story.published
        assert any(spot.teaser.story == story for spot in links.article(parent)[2].spots)


def test_blocks_are_those_of_the_reference():
    for story in world(2).tree:
        latest, section, short = Links(world(2), clock_of(2)).article(story)
        for block in (latest, section):
            shown = [spot.teaser.story.published for spot in block.spots]
            assert len(shown) == 4
            assert shown == sorted(shown, reverse=True)
            assert all(spot.teaser.time and len(spot.teaser.snippet) <= 400 for spot in block.spots)
        assert len(short.spots) >= 8
        assert all(spot.teaser.time is None and len(spot.teaser.snippet) <= 90 for spot in short.spots)
        teased = {spot.teaser.story.native for block in (latest, section, short) for spot in block.spots}
        assert story.native not in teased


def test_states_repeat_and_differ():
    places = Counter(
        teaser.state for story in world(1).tree for teaser in teasers_on(story.path) if story.answer == "page"
    )
    assert places.most_common(1)[0][1] > 10
    states = Counter(state[0] for state in expected().teasers)
    assert max(states.values()) >= 4
    headlines = {(state[0], state[1]) for state in expected().teasers if state[1]}
    assert len(headlines) > len({native for native, _ in headlines})


def test_same_state_never_shows_another_date_or_picture():
    told: dict[tuple, tuple] = {}
    for story in world(1).tree:
        for teaser in teasers_on(story.path):
            rest = (teaser.date_published, teaser.image_path, teaser.image_caption, teaser.agency, teaser.dateline)
            assert told.setdefault(teaser.state, rest) == rest


def test_copies_are_what_they_are_called():
    truth = expected()
    (same,), near, articles = truth.duplicates, truth.near_duplicates, truth.articles
    first, second = (articles[native] for native in same)
    assert (first.headline, first.description, first.article_body) == (
        second.headline, second.description, second.article_body,
    )  # fmt: skip
    assert len(near) == 2
    pairs = {frozenset((a, b)) for a in articles for b in articles if a < b and _alike(a, b) > 0.8}
    assert pairs == {*near, same}
    assert max(_alike(a, b) for a in articles for b in articles if a < b and frozenset((a, b)) not in pairs) < 0.4


def _alike(a: str, b: str) -> float:
    one, two = SHINGLES[a], SHINGLES[b]
    return len(one & two) / len(one | two)


SHINGLES = {native: shingles(article.article_body) for native, article in expected().articles.items()}


def test_editions_differ_as_planned():
    one, two, three = (expected(edition) for edition in (1, 2, 3))
    new = set(two.articles) - set(one.articles)
    assert len(new) == 3
    assert {teaser.native for teaser in teasers_on("/", 2)} >= new
    assert not (set(one.articles) - set(two.articles)) - {world(1).tree[WITHDRAWN[2]].native}
    assert two.lost[world(1).tree[WITHDRAWN[2]].native].reason == "gone"
    native = world(1).tree[REWRITTEN[2]].native
    before, after = one.articles[native], two.articles[native]
    assert before.headline != after.headline
    assert before.article_body != after.article_body
    assert before.date_published == after.date_published
    assert after.date_modified > before.date_modified
    assert three.articles[native].headline == after.headline
    moved = [n for n in one.articles.keys() & two.articles.keys() if _count(one, n) != _count(two, n)]
    assert len(moved) > 10
    same = [n for n in one.articles.keys() & two.articles.keys() if n not in moved and n != native]
    assert all(_plain(one.articles[n]) == _plain(two.articles[n]) for n in same)
    assert two.clock - one.clock == timedelta(minutes=20)


def _count(told, native: str) -> int:
    return told.articles[native].comment_count


def _plain(article) -> tuple:
    return article.headline, article.article_body, article.date_published, article.date_modified, article.images


def test_nothing_is_published_after_the_clock():
    for edition in (1, 2, 3):
        clock = clock_of(edition).isoformat()
        for article in expected(edition).articles.values():
            assert (article.date_published or clock) <= clock
            assert (article.date_modified or clock) <= clock


def test_dates_by_layout():
    articles = expected().articles.values()
    undated = [article for article in articles if article.date_published is None]
    assert {article.layout for article in undated} == {"b", "c"}
    assert all(article.date_published_precision is None and article.date_modified is None for article in undated)
    (stand,) = [article for article in articles if (article.date_published_raw or "").startswith("Stand:")]
    assert stand.date_published == stand.date_modified
    offsets = {article.date_published[-6:] for article in articles if article.date_published}
    assert offsets == {"+01:00", "+02:00"}


def test_depth_and_other_starts():
    near = expected(max_depth=1)
    assert set(near.articles) == {n for n, article in expected().articles.items() if article.depth == 1}
    section = expected(start=("/sport?seite=2",), max_depth=0)
    assert not section.articles
    assert len(section.teasers) == 12
    single = expected(start=(world(1).tree[100].path,), max_depth=0)
    assert list(single.articles) == [world(1).tree[100].native]
    assert len(teasers_on(world(1).tree[100].path)) >= 16
    with pytest.raises(KeyError):
        expected(start=("/gibtesnicht",))


def test_an_age_limit_leaves_out_the_old_and_keeps_the_undated():
    since = EPOCH - timedelta(days=1)
    told, whole = expected(since=since), expected()
    limit = since.isoformat()
    young = {n for n, article in whole.articles.items() if (article.date_published or limit) >= limit}
    assert set(told.articles) <= young
    assert {n for n in young if whole.articles[n].date_published} <= set(told.articles)
    assert told.old
    assert not told.old & young
    assert any(article.date_published is None for article in told.articles.values())


@pytest.mark.parametrize(
    ("minutes", "text", "precision"),
    [
        (0, "05.12.2025, 17:30 Uhr", "minute"),
        (1, "vor 1 Minute", "minute"),
        (59, "vor 59 Minuten", "minute"),
        (60, "vor 1 Stunde", "hour"),
        (179, "vor 2 Stunden", "hour"),
        (24 * 60, "gestern, 17:30 Uhr", "minute"),
        (3 * 24 * 60, "02.12.2025", "day"),
        (8 * 24 * 60, "27.11.2025, 17:30 Uhr", "minute"),
    ],
)
def test_ages(minutes, text, precision):
    shown = times.ago(EPOCH - timedelta(minutes=minutes), EPOCH)
    assert (shown.text, shown.precision) == (text, precision)
    if text.startswith("vor"):
        assert EPOCH - shown.when == timedelta(minutes=minutes if minutes < 60 else minutes // 60 * 60)


def test_ages_count_real_time_over_a_clock_change():
    clock = datetime(2025, 10, 26, 4, 0, tzinfo=ZONE)
    shown = times.ago(datetime(2025, 10, 26, 1, 30, tzinfo=ZONE), clock)
    assert shown.text == "vor 3 Stunden"
    assert shown.when.isoformat() == "2025-10-26T02:00:00+02:00"
