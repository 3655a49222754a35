"""Small steps from what a page says to what a record holds: values in, values out; none ever raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from portalcrawl.text.normalize import clean, fold

LONGEST_TOPIC = 80
_CODE = re.compile(
    r"^[_&#$]|^[a-z]+/|^[0-9a-f]{8}-[0-9a-f]{4}-|^[\w ]{2,30}:\s?\S|^\d+$|^[a-z0-9]+(?:-[a-z0-9]+){3,}$|=|\{"
)
"""Marks of a content management system among the keywords."""
_BETWEEN_RUNGS = re.compile(r"[,;|]")


def topics(words: Iterable[str], others: Sequence[str] = ()) -> list[str]:
    """Return the topics among *words*, in order, each once whatever its capitals.

    Codes of the site's own are none, nor are *others*: the site's host and the headline.

    >>> topics(["Verkehr", "verkehr ", "_prio_3", "8ae9ab2d-fe1b-4230-acb8-a59b52877682", "Category: News"])
    ['Verkehr']
    """
    found: dict[str, str] = {}
    known = set(map(fold, others))
    for word in words:
        text = clean(word)
        if text and len(text) <= LONGEST_TOPIC and not _CODE.search(text) and fold(text) not in known:
            found.setdefault(text.casefold(), text)
    return list(found.values())


def first_rung(section: str, site_names: Sequence[str] = ()) -> str | None:
    """Return the first section of a list of them; None for a text that is none.

    >>> first_rung("Aktuell,Wirtschaft"), first_rung("Seenbote", ["Seenbote"]), first_rung("Rat und Tat")
    ('Aktuell', None, 'Rat und Tat')
    """
    rungs = [rung for part in _BETWEEN_RUNGS.split(section) if (rung := clean(part))]
    if not rungs or max(map(len, rungs)) > LONGEST_TOPIC or section in site_names or rungs[0] in site_names:
        return None
    return rungs[0]
