"""Reads a profile file (TOML): returns a :class:`Profile`, or the list of all faults in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

from cssselect import SelectorError
from cssselect import parse as parse_css

from portalcrawl.errors import ConfigFileError
from portalcrawl.profiles.model import (
    ArticleRules,
    DiscoveryRules,
    Places,
    Politeness,
    Profile,
    RenderMode,
    RenderRules,
    Rule,
    RuleType,
    TeaserRules,
)
from portalcrawl.profiles.profile_hosts import normal_host
from portalcrawl.profiles.regular_expressions import Pattern
from portalcrawl.profiles.selectors import compile_selector
from portalcrawl.profiles.toml_file import (
    Converter,
    array,
    flag,
    http_address,
    matching,
    must_be,
    named,
    number,
    one_of,
    read_toml,
    shown,
    table,
    tables,
    text,
    time_zone,
    whole,
)

ARTICLE_FIELDS = (
    "headline", "kicker", "description", "article_body", "date_published", "date_modified", "authors", "source",
    "agency", "section", "keywords", "in_language", "images", "comment_count", "is_accessible_for_free",
)  # fmt: skip
TEASER_FIELDS = (
    "url", "headline", "kicker", "snippet", "date_published", "comment_count", "image_url", "image_caption", "label",
)  # fmt: skip
RESOURCES = (
    "document", "stylesheet", "image", "media", "font", "script", "texttrack", "xhr", "fetch", "eventsource",
    "websocket", "manifest", "other",
)  # fmt: skip
"""Playwright's names of resource types."""
LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
PATTERN_NAME = re.compile(r"(?<!\\)(?<!\\[pPN])\{([a-z][a-z_]+)\}")


def read_profile(content: bytes, name: str, file: str) -> tuple[Profile | None, list[ConfigFileError]]:
    """Return the profile in *content*, which must be named *name*, or None and all faults; *file* is shown in them."""
    return read_toml(content, _Reader(name).profile, file)


class _Reader:
    """Converts one file. Keeps its hosts and patterns, which are needed to convert later keys."""

    def __init__(self, name: str) -> None:
        self._named = Profile(name=name, hosts=(), timezone=ZoneInfo("UTC"))  # with a zone, none is looked up
        self._patterns: dict[str, str] = {}

    def profile(self, content: Any) -> Profile:
        article = {"url": self._article_url, **dict.fromkeys(ARTICLE_FIELDS, self._rules)}
        teasers = {"block": text, "root": self._root, **dict.fromkeys(TEASER_FIELDS, self._rules)}
        keys: Mapping[str, Converter[Any]] = {
            "name": self._name,
            "hosts": self._hosts,
            "description": text,
            "language": matching(LANGUAGE, "a language tag like de or de-AT"),
            "timezone": time_zone,
            "start_urls": array(self._own_address, "addresses"),
            "search_url": self._search_url,
            "agencies": array(text),
            "sources": named(lambda source: text),
            "caption_over_snippet": flag,
            "patterns": named(lambda pattern: partial(self._pattern, pattern)),
            "article": table(lambda url=None, **fields: ArticleRules(url, fields), article),
            "teasers": tables(table(_teaser_rules, teasers, required=("block", "root"))),
            "render": table(RenderRules, RENDER),
            "discovery": table(DiscoveryRules, {"feeds": self._places, "sitemaps": self._places}),
            "politeness": table(Politeness, POLITENESS),
            "recrawl_ages": _ages,
        }
        return table(_profile, keys, required=("name", "hosts"))(content)

    def _name(self, value: Any) -> str:
        name = matching(r"[a-z0-9][a-z0-9._-]*", "a name of a-z, 0-9, dot, hyphen and underscore")(value)
        if name != self._named.name:
            raise ValueError(f"is {name!r}, the file's name says {self._named.name!r}")
        return name

    def _hosts(self, value: Any) -> tuple[str, ...]:
        hosts = array(must_be("a host or host:port", normal_host), "hosts")(value)
        if not hosts:
            raise ValueError("must name at least one host")
        self._named = replace(self._named, hosts=hosts)
        return hosts

    def _own_address(self, value: Any) -> str:
        url = http_address(value)
        if self._named.hosts and not self._named.owns(url):
            raise ValueError(f"must be on one of the hosts, is {shown(value)}")
        return url

    def _places(self, value: Any) -> Places:
        """Convert the value of ``feeds`` or ``sitemaps``."""
        if value == "auto":
            return "auto"
        if value is False:
            return None
        form = '"auto", an array of URLs, or false'
        own: Sequence[str] = must_be(form, lambda value: value if isinstance(value, list) else None)(value)
        return array(self._own_address, "addresses")(own) or None

    def _search_url(self, value: Any) -> str:
        if "{query}" not in text(value):
            raise ValueError(f"must contain {{query}}, is {shown(value)}")
        return self._own_address(value)

    def _pattern(self, name: str, value: Any) -> str:
        """Convert a pattern, which may contain the names of patterns above it."""
        if not PATTERN_NAME.fullmatch(f"{{{name}}}"):
            raise ValueError("the name of a pattern has two or more of a-z and underscore")
        pattern = self._with_patterns(value)
        # The flag x applies to this part only, whether or not the expression around it sets it.
        scoped = f"(?x:{pattern[4:]}\n)" if pattern.startswith("(?x)") else f"(?-x:{pattern})"
        self._patterns[name] = Pattern(scoped).expression
        return str(value)

    def _with_patterns(self, value: Any) -> str:
        """Return *value* with each ``{name}`` replaced by the pattern of that name."""

        def pattern(match: re.Match[str]) -> str:
            if match[1] not in self._patterns:
                raise ValueError(f"there is no pattern {match[1]} above; a literal brace is written \\{{")
            return self._patterns[match[1]]

        return PATTERN_NAME.sub(pattern, text(value))

    def _article_url(self, value: Any) -> Pattern:
        pattern = Pattern(self._with_patterns(value))
        if "id" not in pattern.names:
            raise ValueError("has no group (?P<id>...) for the portal's own article id")
        return pattern

    def _rules(self, value: Any) -> tuple[Rule, ...]:
        values = value if isinstance(value, list) else [value]
        if not values:
            raise ValueError("has no rule")
        return tuple(map(self._rule, values))

    def _rule(self, value: Any) -> Rule:
        kind, colon, expression = text(value).partition(":")
        kind, expression = kind.strip(), expression.strip()
        if not colon or kind not in get_args(RuleType):
            raise ValueError(f"must start with css:, xpath: or text:, is {shown(value)}")
        if not expression:
            raise ValueError(f"nothing after {kind}:")
        if kind == "text":
            return Rule("text", Pattern(self._with_patterns(expression)).expression, expression)
        rule = Rule(cast(RuleType, kind), expression)
        compile_selector(rule)
        return rule

    def _root(self, value: Any) -> Rule:
        rule = self._rule(value)
        if rule.type == "text":
            raise ValueError("must start with css: or xpath:")
        return rule


def _profile(sources: Mapping[str, str] | None = None, **values: Any) -> Profile:
    return Profile(source_agencies=sources or {}, **values)


def _teaser_rules(block: str, root: Rule, **fields: tuple[Rule, ...]) -> TeaserRules:
    return TeaserRules(block, root, {name: tuple(map(_relative, rules)) for name, rules in fields.items()})


def _relative(rule: Rule) -> Rule:
    """Return *rule* with an absolute XPath made relative, so that ``//h3`` searches the teaser, not the whole page."""
    is_absolute = rule.type == "xpath" and rule.expression.startswith("/")
    return Rule("xpath", f".{rule.expression}") if is_absolute else rule


def _ages(value: Any) -> tuple[int, ...]:
    ages = array(whole(1), "seconds")(value)
    if list(ages) != sorted(ages):
        raise ValueError("must grow")
    return ages


def _browser_css(value: Any) -> str:
    """Convert a selector for the browser; only its grammar is checked, since the browser supports more of CSS."""
    try:
        parse_css(text(value))
    except SelectorError as exc:
        raise ValueError(f"bad CSS selector: {exc}: {shown(value)}") from exc
    return str(value)


RENDER: Mapping[str, Converter[Any]] = {
    "mode": one_of(*get_args(RenderMode)),
    "wait_for": _browser_css,
    "consent": _browser_css,
    "click": _browser_css,
    "click_times": whole(0),
    "scroll": whole(0),
    "block_resources": array(one_of(*RESOURCES), "resource types"),
    "cookies": tables(
        table(dict, dict.fromkeys(("name", "value", "domain", "path"), text), required=("name", "value"))
    ),
}
POLITENESS: Mapping[str, Converter[Any]] = {
    "delay": number("seconds, 0 or more", 0),
    "concurrency": whole(1),
    "max_depth": whole(0),
}
