"""Compiles CSS and XPath rules."""

from __future__ import annotations

import re

from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from portalcrawl.profiles.model import Rule
from portalcrawl.profiles.toml_file import shown

SELECTOR_ERRORS = (SelectorError, etree.LxmlError, re.error, ValueError, TypeError, RecursionError)
"""Errors that compiling or running a selector may raise; ``re.error`` comes from ``re:test`` and the like."""
NAMESPACES = {"re": "http://exslt.org/regular-expressions"}


def compile_selector(rule: Rule) -> etree.XPath:
    """Return a compiled ``css`` or ``xpath`` rule, to be called on an element; raise ValueError if it is invalid."""
    is_css = rule.type == "css"
    try:
        path = HTMLTranslator().css_to_xpath(rule.expression) if is_css else rule.expression
        compiled = etree.XPath(path, namespaces=NAMESPACES)
        compiled(etree.Element("html"))
    except SELECTOR_ERRORS as exc:
        raise ValueError(f"bad {'CSS selector' if is_css else 'XPath'}: {exc}: {shown(rule.expression)}") from exc
    return compiled
