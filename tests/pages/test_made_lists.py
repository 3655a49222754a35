"""List pages that ``tools/make_lists.py`` makes are read as they were made, but for what is known to be hard."""

from __future__ import annotations

from collections import Counter

from list_cards import CARDS
from list_maker import Maker, languages
from make_lists import faults_of

PAGES = range(1, 61)
MOST = 0.01
"""Share of teasers with faults of one kind."""
HARD = {"missing": 0.03}
"""The same for kinds of which more are known: links whose URLs say too little."""


def test_a_seed_makes_one_page() -> None:
    assert Maker(7).make() == Maker(7).make()


def test_few_faults_of_any_kind() -> None:
    faults: Counter[str] = Counter()
    teasers = 0
    for seed in PAGES:
        made = Maker(seed).make()
        teasers += len(made.wanted)
        faults.update(kind for kind, _, _ in faults_of(made))
    shares = {kind: number / teasers for kind, number in faults.items()}
    assert {kind: share for kind, share in shares.items() if share > HARD.get(kind, MOST)} == {}


def test_every_markup_and_language_makes_a_page() -> None:
    made = [Maker(1, card=card).make() for card in CARDS] + [Maker(1, language=tag).make() for tag in languages()]
    assert all(page.wanted for page in made)
