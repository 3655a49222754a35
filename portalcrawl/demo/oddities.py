"""What real portals do to their readers: twins, copies, broken pages and traps, each as a change to a plain story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from portalcrawl.demo.desk import base_date, file_story
from portalcrawl.demo.model import Answer, Paragraph, Quirk, Story

SAME_TEXTS = ((25, 151),)
"""Pairs of story numbers: the second carries the first one's text under another id."""
NEAR_COPIES = ((41, 122), (57, 190))
"""Pairs of story numbers: the second carries the first one's agency copy with small changes."""
TRAPS: tuple[Answer, ...] = (
    "missing", "gone", "robots", "loop", "private", "loopback", "foreign", "big", "bomb",
)  # fmt: skip
FIRST_TRAP = 700
_SWAPS = (
    ("sagte", "erklärte"), ("Rund", "Etwa"), ("derzeit", "aktuell"), ("zunächst", "vorerst"),
    ("Noch ist", "Weiter ist"),
)  # fmt: skip


def _quirk(quirk: Quirk) -> Callable[[Story], Story]:
    return lambda story: replace(story, quirk=quirk)


def _two_slugs(story: Story) -> Story:
    return replace(story, other_slugs=(f"liveticker-{story.slug}"[:90].strip("-"),))


def _renamed(story: Story) -> Story:
    return replace(story, old_slugs=(f"vorab-{story.slug}"[:90].strip("-"),))


def _only_stand(story: Story) -> Story:
    return replace(story, shown="stand")


def _undated(story: Story) -> Story:
    return replace(story, shown="nothing", modified=None)


def _without_lead(story: Story) -> Story:
    return replace(story, lead=None)


def _awkward_signs(story: Story) -> Story:
    """Signs that need escaping in HTML, JSON or both."""
    extra = Paragraph('Im Protokoll steht wörtlich: "5 < 7 && 9 > 8", dazu <b>kein</b> Wort & ein \\ Strich.')
    return replace(
        story,
        headline=f'{story.headline} & mehr: <Fragen> und "Antworten"',
        paragraphs=(*story.paragraphs, extra),
    )


def _controls(story: Story) -> Story:
    """The page strews control characters into this paragraph; a reader sees none of them."""
    extra = Paragraph("Der Bundestagspräsident bat die Abgeordneten um Ruhe und setzte die Sitzung danach fort.")
    return replace(story, quirk="controls", paragraphs=(*story.paragraphs, extra))


def _meta_rights(story: Story) -> Story:
    rights = {"robots": "noai, noimageai", "tdm_reservation": "1", "tdm_policy": "https://kranichpost.example/tdm.json"}
    return replace(story, quirk="meta-rights", rights=rights)


def _header_rights(story: Story) -> Story:
    return replace(story, quirk="header-rights", rights={"x_robots_tag": "noarchive", "tdm_reservation": "1"})


ODDITIES: dict[int, Callable[[Story], Story]] = {
    9: _two_slugs,
    11: _two_slugs,
    12: _without_lead,
    13: _quirk("windows-1252"),
    15: _awkward_signs,
    16: _quirk("broken-html"),
    18: _quirk("broken-json-ld"),
    20: _only_stand,
    21: _quirk("broken-html"),
    22: _undated,
    24: _controls,
    28: _controls,
    30: _renamed,
    32: _renamed,
    33: _quirk("slow"),
    36: _quirk("flaky"),
    39: _quirk("cut-short"),
    45: _meta_rights,
    48: _header_rights,
    83: _undated,
}  # fmt: skip


def same_text(first: Story, second: Story) -> Story:
    """Return *second* with the whole text of *first*: filed twice by mistake."""
    return replace(
        second, kicker=first.kicker, headline=first.headline, lead=first.lead, paragraphs=first.paragraphs,
        agency=first.agency, dateline=first.dateline, slug=first.slug,
    )  # fmt: skip


def near_copy(first: Story, second: Story) -> Story:
    """Return *second* as another desk's version of the same agency copy: new headline, a few words changed."""
    changed = [replace(paragraph, text=_swap(paragraph.text)) for paragraph in first.paragraphs]
    changed[-1] = replace(changed[-1], text=f"{changed[-1].text} Weitere Einzelheiten folgen.")
    return replace(second, lead=first.lead, paragraphs=tuple(changed), agency=first.agency, dateline=first.dateline)


def _swap(text: str) -> str:
    for old, new in _SWAPS:
        text = text.replace(old, new, 1)
    return text


def traps(tree_size: int) -> tuple[Story, ...]:
    """Return the stories whose addresses do not answer with an article."""
    stories = []
    for place, answer in enumerate(TRAPS):
        number = FIRST_TRAP + place
        published = base_date(20 + 9 * place, tree_size - 1)
        story = replace(file_story(number, published, key="trap"), answer=answer, caption_only=False)
        stories.append(replace(story, old_slugs=("weiter",)) if answer == "loop" else story)
    return tuple(stories)
