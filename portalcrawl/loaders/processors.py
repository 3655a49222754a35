"""Processors that convert raw values from a page to values of a record. None of them raises an exception."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from portalcrawl.text.normalize import clean, fold

LONGEST_TOPIC = 80
_CODE = re.compile(
    r"^[_&#$]|^[a-z]+/|^[0-9a-f]{8}-[0-9a-f]{4}-|^[\w ]{2,30}:\s?\S|^\d+$|^[a-z0-9]+(?:-[a-z0-9]+){3,}$|=|\{"
)
"""Internal keywords of content management systems."""
_SEPARATOR = re.compile(r"[,;|]")


def topics(keywords: Iterable[str], others: Sequence[str] = ()) -> list[str]:
    """Return the topics among *keywords*, in order and without duplicates, ignoring case.

    Internal codes of content management systems and *others* (the site's host, the headline) are left out.

    >>> topics(["Verkehr", "verkehr ", "_prio_3", "8ae9ab2d-fe1b-4230-acb8-a59b52877682", "Category: News"])
    ['Verkehr']
    """
    found: dict[str, str] = {}
    known = set(map(fold, others))
    for keyword in keywords:
        text = clean(keyword)
        if text and len(text) <= LONGEST_TOPIC and not _CODE.search(text) and fold(text) not in known:
            found.setdefault(text.casefold(), text)
    return list(found.values())


def first_section(section: str, site_names: Sequence[str] = ()) -> str | None:
    """Return the first section of a list of sections; None if it is the site's name or a long text.

    >>> first_section("Aktuell,Wirtschaft"), first_section("Seenbote", ["Seenbote"]), first_section("Rat und Tat")
    ('Aktuell', None, 'Rat und Tat')
    """
    sections = [name for part in _SEPARATOR.split(section) if (name := clean(part))]
    if not sections or max(map(len, sections)) > LONGEST_TOPIC or {section, sections[0]} & set(site_names):
        return None
    return sections[0]
