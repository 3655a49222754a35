"""The rules of a profile, checked when it is loaded: faults are told then, not in a crawl."""

from __future__ import annotations

import re
from typing import Any, get_args

from cssselect import SelectorError
from cssselect import parse as parse_css
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from portalcrawl.profiles.model import Rule, RuleKind
from portalcrawl.profiles.regular_expressions import Pattern, PatternError
from portalcrawl.profiles.toml_table import FaultError, a_text, shown

SELECTOR_ERRORS = (SelectorError, etree.LxmlError, re.error, ValueError, TypeError, RecursionError)
"""What compiling a selector or running it may raise; ``re.error`` comes from ``re:test`` and the like."""
NAMESPACES = {"re": "http://exslt.org/regular-expressions"}


def a_rule(value: Any) -> Rule:
    """Check one rule: ``css: ...``, ``xpath: ...`` or ``text: ...``."""
    kind, colon, expression = a_text(value).partition(":")
    kind, expression = kind.strip(), expression.strip()
    if not colon or kind not in get_args(RuleKind):
        raise FaultError(f"must start with css:, xpath: or text:, is {shown(value)}")
    rule = Rule(kind, expression)  # type: ignore[arg-type]
    if not expression:
        raise FaultError(f"nothing after {kind}:")
    if kind == "text":
        a_pattern(expression)
    else:
        compile_selector(rule)
    return rule


def a_selector(value: Any) -> Rule:
    """Check a rule that finds elements: ``css:`` or ``xpath:``."""
    rule = a_rule(value)
    if rule.kind == "text":
        raise FaultError("must start with css: or xpath:")
    return rule


def rules(value: Any) -> tuple[Rule, ...]:
    """Check the rules of a field: one, or an array of them in order of trust."""
    values = value if isinstance(value, list) else [value]
    if not values:
        raise FaultError("has no rule")
    return tuple(a_rule(each) for each in values)


def a_pattern(value: Any) -> Pattern:
    """Check a regular expression."""
    try:
        return Pattern(a_text(value))
    except PatternError as exc:
        raise FaultError(f"bad regular expression: {exc}: {shown(value)}") from exc


def an_article_url(value: Any) -> Pattern:
    """Check the pattern of article addresses, which must have a group ``id``."""
    pattern = a_pattern(value)
    if "id" not in pattern.names:
        raise FaultError("has no group (?P<id>...) for the portal's own article id")
    return pattern


def browser_css(value: Any) -> str:
    """Check a CSS selector that a browser will run, which knows more of CSS than we do: its grammar alone."""
    try:
        parse_css(a_text(value))
    except SelectorError as exc:
        raise FaultError(f"bad CSS selector: {exc}: {shown(value)}") from exc
    return str(value)


def compile_selector(rule: Rule) -> etree.XPath:
    """Return a ``css`` or ``xpath`` rule as something to call on an element.

    :raises FaultError: where it is wrong in itself.
    """
    name = "CSS selector" if rule.kind == "css" else "XPath"
    try:
        path = HTMLTranslator().css_to_xpath(rule.expression) if rule.kind == "css" else rule.expression
        compiled = etree.XPath(path, namespaces=NAMESPACES)
        compiled(etree.Element("html"))
    except SELECTOR_ERRORS as exc:
        raise FaultError(f"bad {name}: {exc}: {shown(rule.expression)}") from exc
    return compiled
