"""Observes the teasers of start pages that are lists: they appear, move, change and disappear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portalcrawl.ids import observation_id
from portalcrawl.items import Observation
from portalcrawl.storage.page_pictures import page_key

if TYPE_CHECKING:
    from portalcrawl.crawl.crawl_state import CrawlState
    from portalcrawl.extraction.page import Page
    from portalcrawl.loaders.teaser import LinkedTeaser
    from portalcrawl.storage.page_pictures import Picture, ShownTeaser

ENDING = b"</html"
LEAST_KNOWN = 6
"""If a page showed at least this many teasers ..."""
LEAST_SHARE = 1 / 3
"""... and now shows less than this share of them, only the second such reading in a row is used."""


@dataclass(frozen=True, slots=True)
class Match:
    """A teaser on the page, and the same teaser in the picture; None if it is new."""

    linked: LinkedTeaser
    known: ShownTeaser | None
    is_same_state: bool


class Observer:
    """Compares each start page of a run with its last picture, once."""

    def __init__(self, crawl: CrawlState) -> None:
        self._crawl = crawl
        self._pictures = crawl.unit_of_work.page_pictures
        self._observed: set[tuple[str, str]] = set()

    def observe(self, page: Page, teasers: Sequence[LinkedTeaser]) -> list[Observation]:
        """Return the observations on *page*, whose teasers are *teasers*, in an order in which they can be applied.

        Empty for a page that is not a list, has no teasers, is truncated or has suspiciously few teasers: their absence
        is not an observation.
        """
        portal, url = page.profile.name, page.canonical_url
        if (portal, page_key(url)) in self._observed:
            return []
        picture = self._pictures.of(portal, url)
        reason = _why_not(page, teasers, picture)
        if reason is not None:
            self._crawl.counts[f"unobserved/{reason}"] += 1
            if reason == "few_teasers":
                picture.doubts += 1
                self._pictures.note(portal, url)
            return []
        self._observed.add((portal, page_key(url)))
        is_closed = _is_closed(page)
        if picture.doubts or picture.is_closed != is_closed:
            picture.doubts, picture.is_closed = 0, is_closed
            self._pictures.note(portal, url)
        return list(self._compare(page, teasers, picture))

    def _compare(self, page: Page, teasers: Sequence[LinkedTeaser], picture: Picture) -> Iterator[Observation]:
        matches, gone = _match(page, teasers, picture)
        for match in matches:
            teaser, before = match.linked.teaser, match.known
            if before is not None and not match.is_same_state:
                state = teaser.id, teaser.comment_count
                yield self._line(page, "changed", before.article_id, state, (before.block, before.position))
        for each in gone:
            state = each.teaser_id or each.article_id, each.comment_count
            yield self._line(page, "gone", each.article_id, state, (each.block, each.position))
        for match in matches:
            teaser, before = match.linked.teaser, match.known
            place = teaser.block, teaser.position
            if before is None:
                yield self._line(page, "appeared", teaser.article_id, (teaser.id, teaser.comment_count), place)
            elif (before.block, before.position) != place:
                state = before.teaser_id if match.is_same_state else teaser.id, teaser.comment_count
                yield self._line(page, "moved", before.article_id, state, place)

    def _line(
        self,
        page: Page,
        event: str,
        article_id: str,
        state: tuple[str, int | None],
        place: tuple[str | None, int | None],
    ) -> Observation:
        """Return an observation; *state* is the teaser's id and number of comments, *place* block and position."""
        portal, url, run = page.profile.name, page.canonical_url, self._crawl.run
        return Observation(
            id=observation_id(portal, (run, url, article_id, state[0], event)),
            portal=portal,
            page=url,
            teaser_id=state[0],
            article_id=article_id,
            event=event,
            block=place[0],
            position=place[1] or None,
            comment_count=state[1],
            date_observed=page.fetched.isoformat(),
            run=run,
        )


def _match(page: Page, teasers: Sequence[LinkedTeaser], picture: Picture) -> tuple[list[Match], list[ShownTeaser]]:
    """Return each teaser with its counterpart in *picture*, and the teasers of *picture* that are gone from the page.

    Teasers with the same state are matched first, then those of the same article, in order.
    """
    left = {each.teaser_id: each for each in picture.shown if each.teaser_id}
    by_state = {each.teaser.id: _take(left, each.state_ids) for each in teasers}
    matched = {id(each) for each in by_state.values() if each is not None}
    others = [each for each in picture.shown if id(each) not in matched]
    matches: list[Match] = []
    for each in teasers:
        known = by_state[each.teaser.id]
        is_same_state = known is not None
        if known is None:
            ids = {each.teaser.article_id, each.link_id, page.profile.article_id(each.teaser.url)}
            known = next((other for other in others if other.article_id in ids), None)
            if known is not None:
                others.remove(known)
        matches.append(Match(each, known, is_same_state))
    return matches, others


def _take(left: dict[str, ShownTeaser], states: frozenset[str]) -> ShownTeaser | None:
    return next((left.pop(state) for state in sorted(states) if state in left), None)


def _why_not(page: Page, teasers: Sequence[LinkedTeaser], picture: Picture) -> str | None:
    """Return why *page* can't be used for observations; None if it can."""
    if page.page_type != "list":
        return "no_list"
    if not teasers:
        return "no_teasers"
    if picture.is_closed and not _is_closed(page):
        return "cut"
    known = len(picture.shown)
    if known >= LEAST_KNOWN and len(teasers) < LEAST_SHARE * known and not picture.doubts:
        return "few_teasers"
    return None


def _is_closed(page: Page) -> bool:
    return ENDING in page.response.body.lower()
