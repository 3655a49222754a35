"""The kind of a page by the classes that its content management system gives the body element.

The systems add them in every theme, so that themes can style kinds of pages: WordPress (``single postid-4711``,
``archive category``), Drupal (``node-type-article``), Ghost (``post-template``, ``tag-template``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from portalcrawl.text.normalize import words
from portalcrawl.vocabulary import class_words, path_words, table

if TYPE_CHECKING:
    from lxml.etree import _Element

POST: Literal["post"] = "post"
LIST: Literal["list"] = "list"
_POST = re.compile(rf"(?<!\S)(?:postid-\d+|post-template|(?:page-)?node--?type-+{path_words('records')})(?!\S)")
_LISTS = words(table("classes")["templates"]["lists"])
"""WordPress gives every list at least two of these; one alone may mean something else."""
_LIST = re.compile(rf"(?<!\S){class_words('templates.ghost_lists')}-template(?!\S)")
_LEAST = 2


def template_of(root: _Element) -> Literal["post", "list", ""]:
    """Return whether the body element's classes call the page a single post or a list of posts; empty if neither."""
    body = root.find("body")
    classes = "" if body is None else (body.get("class") or "").lower()
    if _LIST.search(classes) or len(_LISTS.intersection(classes.split())) >= _LEAST:
        return LIST
    return POST if _POST.search(classes) else ""
