"""A profile file (TOML) to a :class:`Profile`, or the list of all that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portalcrawl.profiles.model import (
    ArticleRules,
    FieldRules,
    Politeness,
    Profile,
    RenderMode,
    RenderRules,
    Rule,
    TeaserRules,
)
from portalcrawl.profiles.profile_error import ProfileError
from portalcrawl.profiles.profile_hosts import netloc_of, normal_host
from portalcrawl.profiles.selectors import a_selector, an_article_url, browser_css, rules
from portalcrawl.profiles.toml_table import (
    FaultError,
    Faults,
    Table,
    a_duration,
    a_flag,
    a_table,
    a_text,
    list_of,
    one_of,
    shown,
    whole,
)

ARTICLE_FIELDS = (
    *("headline", "kicker", "description", "article_body", "date_published", "date_modified", "authors"),
    *("source", "agency", "section", "keywords", "in_language", "images", "comment_count"),
    "is_accessible_for_free",
)
TEASER_FIELDS = (
    *("url", "headline", "kicker", "snippet", "date_published", "comment_count"),
    *("image_url", "image_caption", "label"),
)
RESOURCES = (
    *("document", "stylesheet", "image", "media", "font", "script", "texttrack", "xhr", "fetch"),
    *("eventsource", "websocket", "manifest", "other"),
)
"""Kinds of requests as Playwright names them."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
COOKIE_KEYS = ("name", "value", "domain", "path")


def read_profile(content: bytes, name: str, file: str) -> tuple[Profile | None, list[ProfileError]]:
    """Return the profile in *content*, which must be named *name*, and its faults; None where there are any.

    *file* names the file in the faults.
    """
    faults = Faults()
    data = _parse(content, faults)
    profile = _profile(Table(data, "", faults), name, faults) if data is not None else None
    errors = [ProfileError(file, key, cause) for key, cause in faults.found]
    return (None if errors else profile), errors


def _parse(content: bytes, faults: Faults) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        faults.add(f"byte {exc.start}", "is not UTF-8")
    except tomllib.TOMLDecodeError as exc:
        faults.add("TOML", str(exc))
    except RecursionError:
        faults.add("TOML", "nested too deeply")
    return None


def _profile(top: Table, name: str, faults: Faults) -> Profile:
    found = top.require("name", _name, name)
    if found != name:
        faults.add("name", f"is {found!r}, the file's name says {name!r}")
    nowhere: tuple[str, ...] = ()
    hosts = top.require("hosts", _hosts, nowhere)
    known = Profile(name=name, hosts=hosts)
    profile = Profile(
        name=name,
        hosts=hosts,
        description=top.take("description", a_text, None),
        language=top.take("language", _language, None),
        timezone=top.take("timezone", _zone, None),
        start_urls=tuple(top.take("start_urls", list_of(_own_url(known), "addresses"), [])),
        search_url=top.take("search_url", _search_url(known), None),
        agencies=tuple(top.take("agencies", list_of(a_text), [])),
        source_agencies=top.take("sources", _texts, {}),
        caption_over_snippet=top.take("caption_over_snippet", a_flag, False),
        article=_article(top.table("article")),
        teasers=tuple(_teasers(each) for each in top.tables("teasers")),
        render=_render(top.table("render")),
        politeness=_politeness(top.table("politeness")),
        recrawl_ages=top.take("recrawl_ages", _ages, None),
    )
    top.close()
    return profile


def _article(table: Table) -> ArticleRules:
    found = ArticleRules(url=table.take("url", an_article_url, None), fields=_fields(table, ARTICLE_FIELDS))
    table.close()
    return found


def _teasers(table: Table) -> TeaserRules:
    nowhere = Rule("css", "html")
    found = TeaserRules(
        block=table.require("block", a_text, ""),
        root=table.require("root", a_selector, nowhere),
        fields={name: _relative(each) for name, each in _fields(table, TEASER_FIELDS).items()},
    )
    table.close()
    return found


def _fields(table: Table, names: Sequence[str]) -> FieldRules:
    none: tuple[Rule, ...] = ()
    found = {name: table.take(name, rules, none) for name in names}
    return {name: each for name, each in found.items() if each}


def _relative(found: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Make ``//h3`` mean what is in the teaser, not on the page."""
    return tuple(
        Rule("xpath", f".{rule.expression}") if rule.kind == "xpath" and rule.expression.startswith("/") else rule
        for rule in found
    )


def _render(table: Table) -> RenderRules:
    found = RenderRules(
        mode=table.take("mode", one_of(*get_args(RenderMode)), "auto"),
        wait_for=table.take("wait_for", browser_css, None),
        consent=table.take("consent", browser_css, None),
        click=table.take("click", browser_css, None),
        click_times=table.take("click_times", whole(0), 0),
        scroll=table.take("scroll", whole(0), 0),
        block_resources=table.take("block_resources", _resources, None),
        cookies=tuple(table.take("cookies", list_of(_cookie, "tables"), [])),
    )
    table.close()
    return found


def _politeness(table: Table) -> Politeness:
    found = Politeness(
        delay=table.take("delay", a_duration, None),
        concurrency=table.take("concurrency", whole(1), None),
        max_depth=table.take("max_depth", whole(0), None),
    )
    table.close()
    return found


def _name(value: Any) -> str:
    if not NAME.fullmatch(a_text(value)):
        raise FaultError(f"may hold a-z, 0-9, dot, hyphen and underscore, is {shown(value)}")
    return str(value)


def _host(value: Any) -> str:
    host = normal_host(a_text(value))
    if host is None:
        raise FaultError(f"must be a host or host:port, is {shown(value)}")
    return host


def _hosts(value: Any) -> tuple[str, ...]:
    hosts = tuple(list_of(_host, "hosts")(value))
    if not hosts:
        raise FaultError("must name at least one host")
    return hosts


def _language(value: Any) -> str:
    if not LANGUAGE.fullmatch(a_text(value)):
        raise FaultError(f"must be a language tag like de or de-AT, is {shown(value)}")
    return str(value)


def _zone(value: Any) -> ZoneInfo:
    a_text(value)
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise FaultError(f"must be an IANA time zone like Europe/Berlin, is {shown(value)}") from exc


def _own_url(profile: Profile) -> Any:
    def check(value: Any) -> str:
        if netloc_of(a_text(value)) is None:
            raise FaultError(f"must be an http(s) address, is {shown(value)}")
        if profile.hosts and not profile.owns(value):
            raise FaultError(f"must be on one of the hosts, is {shown(value)}")
        return str(value)

    return check


def _search_url(profile: Profile) -> Any:
    def check(value: Any) -> str:
        if "{query}" not in a_text(value):
            raise FaultError(f"must hold {{query}}, is {shown(value)}")
        checked: str = _own_url(profile)(value)
        return checked

    return check


def _texts(value: Any) -> Mapping[str, str]:
    for key, text in a_table(value).items():
        if not isinstance(text, str) or not text.strip():
            raise FaultError(f"{key} must be a string, is {shown(text)}")
    return dict(value)


def _ages(value: Any) -> tuple[int, ...]:
    ages = list_of(whole(1), "seconds")(value)
    if ages != sorted(ages):
        raise FaultError("must grow")
    return tuple(ages)


def _resources(value: Any) -> tuple[str, ...]:
    return tuple(list_of(one_of(*RESOURCES), "kinds of requests")(value))


def _cookie(value: Any) -> Mapping[str, str]:
    cookie = _texts(value)
    for key in cookie:
        if key not in COOKIE_KEYS:
            raise FaultError(f"unknown key {key}; known here: {', '.join(COOKIE_KEYS)}")
    for key in ("name", "value"):
        if key not in cookie:
            raise FaultError(f"has no {key}")
    return cookie
