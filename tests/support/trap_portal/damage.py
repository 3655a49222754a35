"""Damages pages as careless portals do: broken markup, an undeclared charset, control characters, broken JSON."""

from __future__ import annotations

import re
from itertools import cycle
from typing import Literal

from portalcrawl.demo.story_model import Story

Damage = Literal["windows-1252", "broken-html", "broken-json-ld", "controls", "slow", "flaky", "cut-short"]
DAMAGES: dict[int, Damage] = {
    13: "windows-1252",
    16: "broken-html",
    18: "broken-json-ld",
    21: "broken-html",
    24: "controls",
    28: "controls",
    33: "slow",
    36: "flaky",
    39: "cut-short",
}
"""Damage by the story's number: to its page, or to the way it is served (slow, an error first, cut off first)."""
_CONTROLS = ("\u0007", "\u2028", "\u2029", "\u000b\u001b ", "\u0085", "\u007f ", "\u0000")


def damage_of(story: Story) -> Damage | None:
    """Return how *story* is damaged."""
    return DAMAGES.get(story.number)


def damaged(story: Story, html: str) -> bytes:
    """Return the served page of *story*; a reader sees the same text as on the undamaged one."""
    damage = damage_of(story)
    if damage == "broken-html":
        html = break_markup(html)
    if damage == "broken-json-ld":
        html = re.sub(r"(?<=<script type=\"application/ld\+json\">).*?(?=</script>)", lambda m: spoil_json(m[0]), html)
    if damage == "controls":
        text = story.paragraphs[-1].text
        html = html.replace(text, with_controls(text))
    if damage == "windows-1252":
        return html.encode("windows-1252", "xmlcharrefreplace")
    return html.encode()


def break_markup(html: str) -> str:
    """Leave out end tags and quotes, misnest and add stray tags."""
    html = re.sub(r"</p>(?=\s*<p\b)", "", html)
    html = re.sub(r"</(?:li|tr|td|body|html)>", "", html)
    html = re.sub(r'(width|height|class|align)="(\w+)"', r"\1=\2", html)
    html = html.replace("<h1>", "</font></center><h1>").replace("</h1>", "</h1></strong></em>")
    return html.replace("<div class=text>", "<div class=text></bogus>").replace("&nbsp;(", "&nbsp(")


def spoil_json(text: str) -> str:
    """Return JSON that no strict parser takes, and that says nothing of free access.

    A comma is missing, another is one too many, and a string has a raw line break.
    """
    text = re.sub(r'"isAccessibleForFree": \w+, ', "", text)
    text = text.replace('", "alternativeHeadline"', '" "alternativeHeadline"')
    return text.replace('"caption": "', '"caption": "\n')[:-1] + ",}"


def with_controls(text: str) -> str:
    """Return *text* with a control character before each word, and invisible ones inside long words."""
    words = (f"{word[:3]}\u00ad{word[3:5]}\u200b{word[5:]}" if len(word) > 8 else word for word in text.split(" "))
    return " ".join(control + word for control, word in zip(cycle(_CONTROLS), words, strict=False))
