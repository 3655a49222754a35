"""The settings of portalcrawl, read from Scrapy's settings and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES

from portalcrawl.crawl.politeness import PolitenessLimits
from portalcrawl.errors import SettingError
from portalcrawl.feeds.store.locating import check_feeds_url, local_folder
from portalcrawl.storage.database import IN_MEMORY, is_server, make_engine

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The checked settings of a run; ages and times are in seconds."""

    data_dir: Path
    profiles: Path | None
    jsonl_feeds: bool
    observations: bool
    """Whether the run writes what happens to teasers on start pages."""
    state_url: str
    """In memory where the state is switched off."""
    commit_items: int
    commit_seconds: float
    recrawl_ages: tuple[int, ...]
    overrides_profile_ages: bool
    """Whether ``recrawl_ages`` were given for this run, and take precedence over those of a profile."""
    retry_failed_after: int
    lock_wait: float
    not_after: float | None
    """Unix time after which the run does not begin; None: no limit."""
    read_timeout: float
    """Seconds that the reading of one page may take."""
    feed_retention: float | None
    """Age at which published feeds are removed; None: never."""
    feeds_url: str
    """Folder or object store of the published feeds."""
    lease_seconds: float
    outbox_limit: float
    """Bytes in the outbox from which no run begins."""
    near_copy_days: float
    """Age in days at which fingerprints of texts are deleted."""
    politeness: PolitenessLimits

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> RunSettings:
        """Return the checked values of *settings*; raise SettingError for a value that can't be used."""
        # Used by the extensions; checked here, before anything is created.
        read_number(settings, "CLOSING_GRACE", least=0)
        read_boolean(settings, "PROGRESS_ENABLED")
        read_boolean(settings, "TDMREP_ENABLED")
        data_dir = Path(str(settings.get("DATA_DIR") or "data")).expanduser().absolute()
        url = settings.get("STATE_URL") or f"sqlite:///{data_dir / 'state.sqlite3'}"
        make_engine(str(url)).dispose()  # checks the URL, connects to nothing
        feeds_url = str(settings.get("FEEDS_URL") or data_dir / "feeds")
        check_feeds_url(feeds_url)
        return cls(
            data_dir=data_dir,
            profiles=profiles_folder(settings),
            jsonl_feeds=read_boolean(settings, "JSONL_FEEDS"),
            observations=read_boolean(settings, "OBSERVATIONS"),
            state_url=str(url) if read_boolean(settings, "STATE_ENABLED") else IN_MEMORY,
            commit_items=int(read_number(settings, "COMMIT_ITEMS", least=1)),
            commit_seconds=read_number(settings, "COMMIT_SECONDS", least=0.01),
            recrawl_ages=_ages(settings, "RECRAWL_AGES"),
            overrides_profile_ages=is_users(settings, "RECRAWL_AGES"),
            retry_failed_after=int(read_number(settings, "RETRY_FAILED_AFTER", least=0)),
            lock_wait=read_number(settings, "RUN_LOCK_WAIT", least=0),
            not_after=read_number(settings, "RUN_NOT_AFTER", least=0) if settings.get("RUN_NOT_AFTER") else None,
            read_timeout=read_timeout(settings),
            feed_retention=read_number(settings, "FEED_RETENTION", least=1) if settings.get("FEED_RETENTION") else None,
            feeds_url=feeds_url,
            lease_seconds=read_number(settings, "LEASE_SECONDS", least=1),
            outbox_limit=read_number(settings, "OUTBOX_LIMIT", least=1),
            near_copy_days=read_number(settings, "NEAR_COPY_DAYS", least=0),
            politeness=_politeness(settings),
        )

    @property
    def feeds_folder(self) -> Path | None:
        """The folder of the feeds; None if they go to an object store."""
        return local_folder(self.feeds_url)

    @property
    def shares_state(self) -> bool:
        """Whether the state is on a server, so that runs on other machines may use it, too."""
        return is_server(self.state_url)

    @property
    def uses_outbox(self) -> bool:
        """Whether lines are committed to the state, and published from there, instead of to files."""
        return self.shares_state or self.feeds_folder is None

    @property
    def keeps_state(self) -> bool:
        """Whether the state outlives the run."""
        return self.state_url != IN_MEMORY

    def ages(self, of_profile: tuple[int, ...] | None) -> tuple[int, ...]:
        """Return the ages at which a portal's articles are visited again: the user's, its profile's or the default."""
        return self.recrawl_ages if of_profile is None or self.overrides_profile_ages else of_profile


def is_users(settings: BaseSettings, name: str) -> bool:
    """Return whether the setting *name* was given on the command line, or by a spider, not by the project."""
    return (settings.getpriority(name) or 0) > SETTINGS_PRIORITIES["project"]


def read_timeout(settings: BaseSettings) -> float:
    """Return the seconds that reading one page may take; raise SettingError for anything but a number from 0.1."""
    return read_number(settings, "READ_TIMEOUT", least=0.1)


def profiles_folder(settings: BaseSettings) -> Path | None:
    """Return the folder of the user's profiles, None if none is set; raise SettingError if it is not a folder."""
    value = settings.get("PORTAL_PROFILES")
    if not value:
        return None
    folder = Path(str(value)).expanduser()
    if not folder.is_dir():
        raise SettingError("PORTAL_PROFILES", value, "an existing folder of profile files (*.toml)")
    return folder


def read_boolean(settings: BaseSettings, name: str) -> bool:
    """Return a setting as a boolean; raise SettingError if it is not one."""
    try:
        return settings.getbool(name)
    except ValueError:
        raise SettingError(name, settings.get(name), "True or False") from None


def read_number(settings: BaseSettings, name: str, least: float) -> float:
    """Return a setting as a finite number; raise SettingError if it is not one, or below *least*."""
    takes = f"a number from {least:g}"
    try:
        number = settings.getfloat(name)
    except (TypeError, ValueError):
        raise SettingError(name, settings.get(name), takes) from None
    if not least <= number < float("inf"):
        raise SettingError(name, settings.get(name), takes)
    return number


def _politeness(settings: BaseSettings) -> PolitenessLimits:
    return PolitenessLimits(
        max_host_wait=read_number(settings, "MAX_HOST_WAIT", least=0),
        retry_after_max=read_number(settings, "RETRY_AFTER_MAX", least=0),
        crawl_delay_max=read_number(settings, "CRAWL_DELAY_MAX", least=0),
        backoff_start=read_number(settings, "BACKOFF_START", least=0.01),
        backoff_max=read_number(settings, "BACKOFF_MAX", least=0.01),
    )


def _ages(settings: BaseSettings, name: str) -> tuple[int, ...]:
    try:
        ages = tuple(int(age) for age in settings.getlist(name))
    except (TypeError, ValueError):
        ages = (0,)
    if any(age < 1 for age in ages) or list(ages) != sorted(set(ages)):
        raise SettingError(name, settings.get(name), "ages in seconds, rising, such as 600,3600,86400")
    return ages
