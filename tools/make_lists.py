"""Makes list pages with known answers from a seed, reads them, and prints what was read wrong, by kind.

    python tools/make_lists.py --pages 500 --seed 1 [--keep FOLDER] [--kind KIND] [--only CARD] [--language TAG]

Each page mixes one choice of each dimension: language and form of URLs for the page, and for each of its lists the
markup of card, headline, picture, time, count, author and label (``list_cards.py``), the frame around the cards, and
the fields that are shown. ``--keep`` writes the pages with faults, and what is wrong on them. A fault is a fault of the
reading or of the answers that this program expects: look at each kind.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from list_cards import CARDS
from list_maker import FETCHED, HOST, VAGUE_KICKERS, WORD, Made, Maker, Wanted, languages

from portalcrawl import read_page
from portalcrawl.items import Teaser


def same(text: str | None, other: str | None) -> bool:
    return WORD.findall((text or "").casefold()) == WORD.findall((other or "").casefold())


NEAR = timedelta(days=1, hours=14)


def key(url: str) -> str:
    return url.removeprefix(HOST).partition("?ref=")[0].rstrip("/")


def faults_of(made: Made) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield kind, style and details of each fault on a page."""
    reading = read_page(made.html, made.url, fetched=FETCHED, profile=None)
    if reading.page_type != made.page_type:
        yield f"page type {reading.page_type}", made.style, f"wanted {made.page_type}"
    found: dict[str, Teaser] = {}
    for teaser in reading.teasers:
        found.setdefault(key(teaser.url), teaser)
    wanted = {key(each.story.url): each for each in made.wanted}
    for url, teaser in found.items():
        if url not in wanted:
            yield "not wanted", made.style, f"{url} {teaser.headline}"
        else:
            for kind, details in field_faults(wanted[url], teaser):
                yield kind, wanted[url].style, f"{url}: {details}"
    for url, each in wanted.items():
        if url not in found:
            yield "missing", each.style, url


def field_faults(wanted: Wanted, teaser: Teaser) -> Iterator[tuple[str, str]]:
    story, shows, style = wanted.story, wanted.shows, wanted.style
    if not same(teaser.headline, story.title):
        yield "headline", f"{teaser.headline!r} instead of {story.title!r}"
    is_vague = style["card"] in VAGUE_KICKERS and teaser.kicker is None
    fields = (
        ("kicker", teaser.kicker, story.kicker, is_vague or same(teaser.kicker, story.kicker)),
        ("snippet", teaser.snippet, story.snippet, same(teaser.snippet, story.snippet)),
        ("count", teaser.comment_count, story.count, teaser.comment_count == story.count),
        ("date", teaser.date_published_raw, style["time text"], is_right_time(wanted, teaser)),
    )
    for name, value, right, is_right in fields:
        if name not in shows:
            if value is not None:
                yield f"{name} false", f"{value!r}"
        elif not is_right:
            yield f"{name} {'missed' if value is None else 'wrong'}", f"{value!r} instead of {right!r}"


def is_right_time(wanted: Wanted, teaser: Teaser) -> bool:
    """Return whether the time is right up to a zone's difference; days and months in English may stand either way."""
    text = wanted.style["time text"]
    if text == "clock" or (wanted.style["language"] == "en" and text.startswith("numeric")):
        return teaser.date_published_raw is not None
    when = teaser.date_published and datetime.fromisoformat(teaser.date_published)
    return bool(when and abs(when - wanted.story.when) <= NEAR)


def table(faults: dict[str, list[dict[str, str]]], styles: list[dict[str, str]]) -> Iterator[str]:
    """Yield a line for each kind of fault: how often, and by which choices of markup most of all."""
    all_choices = Counter(item for style in styles for item in style.items())
    for kind, found in sorted(faults.items(), key=lambda item: -len(item[1])):
        choices = Counter(item for style in found for item in style.items())
        shares = {
            item: count / max(all_choices[item], count) for item, count in choices.items() if count * 20 >= len(found)
        }
        worst = sorted(shares, key=lambda item: -shares[item])[:6]
        told = "; ".join(
            f"{name}={value or '-'} {choices[name, value]} ({shares[name, value]:.0%})" for name, value in worst
        )
        yield f"{kind:18} {len(found):6} {len(found) / max(len(styles), 1):7.2%}  {told}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--language", default="", choices=["", *languages()])
    parser.add_argument("--only", default="", choices=["", *CARDS], help="markup of all cards")
    parser.add_argument("--kind", default="", help="print the faults of this kind")
    parser.add_argument("--keep", type=Path, help="folder for the pages with faults")
    args = parser.parse_args()
    faults: dict[str, list[dict[str, str]]] = defaultdict(list)
    styles: list[dict[str, str]] = []
    for seed in range(args.seed, args.seed + args.pages):
        made = Maker(seed, language=args.language, card=args.only).make()
        styles += (wanted.style for wanted in made.wanted)
        found = [*faults_of(made)]
        for kind, style, details in found:
            faults[kind].append(style)
            if args.kind and kind.startswith(args.kind):
                print(seed, kind, details, {name: value for name, value in style.items() if value}, sep=" | ")
        if found and args.keep:
            args.keep.mkdir(parents=True, exist_ok=True)
            (args.keep / f"{seed}.html").write_text(made.html, encoding="utf-8")
            lines = (f"{kind} | {details} | {style}\n" for kind, style, details in found)
            (args.keep / f"{seed}.txt").write_text(f"{made.url}\n{''.join(lines)}", encoding="utf-8")
    print(f"{args.pages} pages, {len(styles)} teasers")
    print(*islice(table(faults, styles), 40), sep="\n")


if __name__ == "__main__":
    main()
