"""Statements in robots.txt about the use of pages, as opposed to fetching them.

- ``Content-Signal`` (contentsignals.org, Cloudflare): a rule of a group, such as ``search=yes, ai-train=no``.
- ``Content-Usage`` (IETF draft-ietf-aipref-attach, 3): a rule of a group, with or without a path pattern; the rule with
  the longest matching pattern applies, as for Allow and Disallow.
- ``License`` (RSL 1.0, rslstandard.org): the URL of a license, for all crawlers, outside of groups.

The group is chosen as in Protego, which decides what is fetched: the longest user agent of a group that occurs in ours
at the beginning of a word, else ``*``. Groups with the same user agent are combined (RFC 9309, 2.2.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from portalcrawl.rights.path_patterns import matches
from portalcrawl.rights.signals import Statement

SOURCE = "robots.txt"
USER_AGENT = ("user-agent", "useragent", "user agent")
USAGE = {"content-signal": "Content-Signal", "content-usage": "Content-Usage"}
GLOBAL = ("sitemap", "sitemaps", "site-map", "host", "license")
"""Lines that belong to no group."""
MAX_BYTES = 512 * 1024
"""Most bytes that are parsed; RFC 9309, 2.5, requires at least 500 KiB."""
DOCUMENTS = 256
"""Number of parsed documents in the cache: a site's document is needed for each of its articles."""
MOST = 50
"""Most statements of one document that are kept."""
LONGEST_VALUE = 1_000
"""Most characters of a value that are kept."""


@dataclass(slots=True)
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[str, str]] = field(default_factory=list)
    """Name and value of each rule about use."""


@dataclass(frozen=True, slots=True)
class _Applying:
    agent: str | None
    """User agent of the group that applies, as written; None if no group applies."""
    rules: list[tuple[str, str]]
    licenses: list[str]


def robots_statements(body: bytes, user_agent: str, path: str) -> list[Statement]:
    """Return the statements of the robots.txt *body* to *user_agent* on the use of *path* (with its query)."""
    applying = _applying(body, user_agent.strip().lower())
    found: list[Statement] = []
    if applying.agent is not None:
        found.append(Statement("User-agent", applying.agent[:LONGEST_VALUE], "/"))
        found += [statement for name in USAGE for statement in _applied(name, applying.rules, path)]
    found += [Statement("License", value[:LONGEST_VALUE], "/") for value in applying.licenses]
    return found[:MOST]


@lru_cache(maxsize=DOCUMENTS)
def _applying(body: bytes, user_agent: str) -> _Applying:
    """Return the parts of *body* that apply to *user_agent* (lower case)."""
    groups, licenses = _parse(body[:MAX_BYTES])
    agent = _agent_of(groups, user_agent)
    if agent is None:
        return _Applying(None, [], licenses)
    named = next(each for group in groups for each in group.agents if each.lower() == agent)
    rules = [rule for group in groups if agent in map(str.lower, group.agents) for rule in group.rules]
    return _Applying(named, rules, licenses)


def _applied(name: str, rules: list[tuple[str, str]], path: str) -> list[Statement]:
    """Return the rules called *name* with the longest pattern that matches *path*; several if they are equally long."""
    scoped = [_scope_and_value(value) for each, value in rules if each == name]
    matching = [(scope, value) for scope, value in scoped if value and (scope == "/" or matches(scope, path))]
    longest = max((len(scope.encode()) for scope, _ in matching), default=0)
    return [
        Statement(USAGE[name], value[:LONGEST_VALUE], scope)
        for scope, value in matching
        if len(scope.encode()) == longest
    ]


def _scope_and_value(value: str) -> tuple[str, str]:
    """Return the path pattern at the beginning of a rule (``/`` if it has none) and the rest."""
    if not value.startswith("/"):
        return "/", value
    scope, *rest = value.split(maxsplit=1)
    return scope, "".join(rest)


def _parse(body: bytes) -> tuple[list[_Group], list[str]]:
    """Return the groups, and the values of all License lines."""
    groups: list[_Group] = []
    licenses: list[str] = []
    was_agent = False
    for name, value in _lines(body):
        if name in GLOBAL:
            if name == "license" and value:
                licenses.append(value)
            continue
        is_agent = name in USER_AGENT
        if is_agent:
            if not was_agent or not groups:
                groups.append(_Group())
            groups[-1].agents.append(value)
        elif groups and name in USAGE:
            groups[-1].rules.append((name, value))
        was_agent = is_agent
    return groups, licenses


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the lower-case name and the value of each line."""
    for line in body.decode("utf-8-sig", "replace").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _begins_a_word(agent: str, user_agent: str) -> bool:
    at = user_agent.find(agent)
    while at > 0 and (user_agent[at - 1].isalnum() or user_agent[at - 1] in "-_"):
        at = user_agent.find(agent, at + 1)
    return at >= 0


def _agent_of(groups: list[_Group], user_agent: str) -> str | None:
    """Return the user agent, in lower case, whose groups apply to *user_agent*; None if no group does."""
    agents = {agent.lower() for group in groups for agent in group.agents if agent}
    named = [agent for agent in agents if agent != "*" and _begins_a_word(agent, user_agent)]
    return max(named, key=len) if named else ("*" if "*" in agents else None)
