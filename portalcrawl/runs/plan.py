"""The plan of a run: its start pages, and the profiles of its portals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

from portalcrawl.crawl.policy import CrawlPolicy, PortalPolicy
from portalcrawl.errors import ArgumentError
from portalcrawl.profiles.catalog import Catalog
from portalcrawl.profiles.model import DiscoveryRules, Places, Profile, RenderMode
from portalcrawl.runs.arguments import Arguments, parse_arguments
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.urls import site_of

EMBEDDED_PORTAL = "sample"
LONGEST_AGE = timedelta(days=365 * 1000)


@dataclass(frozen=True, slots=True)
class Start:
    """A start page and the profile of its portal."""

    url: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class Plan:
    """The checked arguments of a run. Making a plan fetches and writes nothing."""

    arguments: Arguments
    given: Mapping[str, str]
    """The arguments as the user gave them."""
    starts: tuple[Start, ...]
    embedded: bool = False
    """Whether this run must serve the embedded portal."""
    profiles: Mapping[str, Profile] = field(init=False, compare=False, repr=False)
    """The portals of the run by name, sorted."""
    origins: Mapping[str, frozenset[str]] = field(init=False, compare=False, repr=False)
    """The origins that the user or a profile's file gave, by the portal's name."""

    def __post_init__(self) -> None:
        # Computed once: both are needed for every request, and there may be any number of start pages.
        profiles = dict(sorted({start.profile.name: start.profile for start in self.starts}.items()))
        origins = {name: _origins_of(profile) for name, profile in profiles.items()}
        for start in self.starts:
            if origin := site_of(start.url):
                origins[start.profile.name].add(origin)
        object.__setattr__(self, "profiles", profiles)
        object.__setattr__(self, "origins", {name: frozenset(given) for name, given in origins.items()})

    def max_depth(self, profile: Profile) -> int | None:
        """Return how many teaser hops are allowed: the argument, else the profile's, else None (no limit)."""
        if self.arguments.max_depth is not None:
            return self.arguments.max_depth
        return profile.politeness.max_depth

    def render_mode(self, profile: Profile) -> RenderMode:
        """Return the render mode of the portal: the argument, else the profile's."""
        return self.arguments.render or profile.render.mode

    def discovery(self, profile: Profile) -> DiscoveryRules:
        """Return which feeds and sitemaps to read: the argument says whether, the profile where they are."""
        asked = self.arguments.discover
        if asked is None:
            return profile.discovery

        def places(name: str, of_profile: Places) -> Places:
            return of_profile or "auto" if name in asked else None

        rules = profile.discovery
        return DiscoveryRules(places("feeds", rules.feeds), places("sitemaps", rules.sitemaps))

    def allows_origin(self, profile: Profile, url: str) -> bool:
        """Return whether the user or the profile's file gave the origin of *url*."""
        return site_of(url) in self.origins[profile.name]

    def policy(self, settings: RunSettings, started: datetime) -> CrawlPolicy:
        """Return how a run that started at *started* (UTC) crawls the portals."""
        portals = {
            name: PortalPolicy(
                profile,
                self.max_depth(profile),
                self.render_mode(profile),
                settings.ages(profile.recrawl_ages),
                self.discovery(profile),
            )
            for name, profile in self.profiles.items()
        }
        return CrawlPolicy(
            portals,
            started,
            follow=self.arguments.follow,
            since=self.since(started),
            retry_failed_after=settings.retry_failed_after,
            observations=settings.observations,
        )

    def since(self, started: datetime) -> datetime | None:
        """Return the oldest publication time wanted by a run that started at *started*.

        It is naive if the user gave a date: then it is local time of the portal.
        """
        since = self.arguments.since
        return started - min(since, LONGEST_AGE) if isinstance(since, timedelta) else since

    def is_embedded(self, url: str) -> bool:
        """Return whether *url* is on the embedded portal, served by this run."""
        return self.embedded and site_of(url) == site_of(self.starts[0].url)

    def served_at(self, base: str) -> Plan:
        """Return the plan with the embedded portal's pages moved to the origin *base* (``http://host:port/``)."""
        starts = tuple(_moved(start, base) for start in self.starts)
        return replace(self, starts=starts)

    def address(self, url: str) -> str:
        """Return the URL to fetch for *url*: it differs for pages of the embedded portal, which may have moved."""
        return _at(self.starts[0].url, url) if self.embedded else url


def _origins_of(profile: Profile) -> set[str]:
    """Return the origins of a profile file: its hosts, with both schemes."""
    hosts = () if profile.generic else profile.hosts
    return {site_of(f"{scheme}://{host}/") for host in hosts for scheme in ("http", "https")} - {""}


def _moved(start: Start, base: str) -> Start:
    return Start(_at(base, start.url), start.profile.with_origin(base))


def _at(base: str, url: str) -> str:
    """Return the path of *url* at the origin of *base*."""
    return "/".join([*base.split("/", 3)[:3], url.split("/", 3)[3]])


def make_plan(given: Mapping[str, str], profiles_folder: Path | None) -> Plan:
    """Check all arguments against each other and the profiles; raise UsageError if one is wrong."""
    arguments = parse_arguments(given)
    catalog = Catalog(profiles_folder)
    if arguments.portal is None and not arguments.urls:
        arguments = replace(arguments, portal=EMBEDDED_PORTAL)
    named = _named(arguments.portal, catalog)
    if named:
        for url in arguments.urls:
            named = _with_address(named, url)
    starts = [Start(url, named or catalog.for_url(url)) for url in arguments.urls]
    if arguments.query is not None:
        starts += [_search(profile, arguments.query) for profile in _searched(named, starts)]
    elif not starts and named:
        starts = [Start(url, named) for url in named.start_urls]
    if not starts:
        problem = f"{arguments.portal!r} has no start_urls"
        raise ArgumentError("portal", problem, "a portal with start_urls; or give url")
    # If the user gave URLs of the embedded portal, the user serves it.
    embedded = arguments.portal == EMBEDDED_PORTAL and not arguments.urls and catalog.is_built_in(EMBEDDED_PORTAL)
    unique = {start.url: start for start in starts}
    return Plan(arguments, dict(given), tuple(unique.values()), embedded=embedded)


def _named(portal: str | None, catalog: Catalog) -> Profile | None:
    if portal is None:
        return None
    if portal not in catalog.names():
        raise ArgumentError("portal", f"{portal!r} is unknown", ", ".join(catalog.names()))
    return catalog.get(portal)


def _with_address(named: Profile, url: str) -> Profile:
    """Return the profile with the origin of *url*: a portal given by name may run on any port of its hosts."""
    if not named.owns_named(url):
        raise ArgumentError(
            "url", f"{url} does not belong to the portal {named.name}", "addresses on " + ", ".join(named.hosts)
        )
    return named if named.owns(url) else named.with_origin(url)


def _searched(named: Profile | None, starts: list[Start]) -> list[Profile]:
    profiles = {start.profile.name: start.profile for start in starts}
    if named:
        profiles.setdefault(named.name, named)
    return list(profiles.values())


def _search(profile: Profile, query: str) -> Start:
    if not profile.search_url:
        raise ArgumentError("query", f"the portal {profile.name} has no search_url", "a portal whose profile has one")
    return Start(profile.search_url.replace("{query}", quote_plus(query)), profile)


def start_of_run() -> datetime:
    """Return the current time, UTC, without fractions of a second."""
    return datetime.now(UTC).replace(microsecond=0)
