"""Small steps from what a page says to what a record holds: values in, values out; none ever raises."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portalcrawl.text import clean

LONGEST_TOPIC = 80
_CODE = re.compile(
    r"^[_&#$]|^[a-z]+/|^[0-9a-f]{8}-[0-9a-f]{4}-|^[\w ]{2,30}:\s?\S|^\d+$|^[a-z0-9]+(?:-[a-z0-9]+){3,}$|=|\{"
)
"""Marks of a content management system among the keywords."""


def topics(words: Iterable[str]) -> list[str]:
    """Return the topics among *words*, in order, each once whatever its capitals; codes of the site's own are none.

    >>> topics(["Verkehr", "verkehr ", "_prio_3", "8ae9ab2d-fe1b-4230-acb8-a59b52877682", "Category: News"])
    ['Verkehr']
    """
    found: dict[str, str] = {}
    for word in words:
        text = clean(word)
        if text and len(text) <= LONGEST_TOPIC and not _CODE.search(text):
            found.setdefault(text.casefold(), text)
    return list(found.values())
