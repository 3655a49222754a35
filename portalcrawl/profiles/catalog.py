"""All profiles: those that come with the package and those in the user's folder, which win by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from portalcrawl.errors import ConfigFileError
from portalcrawl.profiles.model import Profile
from portalcrawl.profiles.profile_file import read_profile
from portalcrawl.profiles.profile_hosts import generic_hosts, netloc_of
from portalcrawl.urls import host_of

SUFFIX = ".toml"
BUILT_IN = "built-in"


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """One file: its name, where it lies, and what reading it gave."""

    name: str
    file: str
    """Its path; ``built-in/<name>.toml`` for those of the package."""
    built_in: bool
    profile: Profile | None
    """None where there are faults."""
    faults: tuple[ConfigFileError, ...]


class Catalog:
    """The profiles by name and by host.

    A faulty file stops only those who need it: :meth:`get` of its name, and :meth:`for_url` of an address
    that no sound profile holds.

    :raises ConfigFileError: where *folder* is no readable folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        found = {file.name: file for file in _built_in()}
        found.update({file.name: file for file in _users(folder)} if folder else {})
        self.files = tuple(_without_clashes([found[name] for name in sorted(found)]))
        """One for each name, sorted by it."""

    def names(self) -> list[str]:
        """Return the names of all profiles, sorted."""
        return [file.name for file in self.files]

    def is_built_in(self, name: str) -> bool:
        """Tell whether the profile *name* comes with the package: the user has none of that name."""
        return any(file.name == name and file.built_in for file in self.files)

    @property
    def faults(self) -> list[ConfigFileError]:
        """All faults of all files."""
        return [fault for file in self.files for fault in file.faults]

    def get(self, name: str) -> Profile | None:
        """Return the profile *name*; None where there is none.

        :raises ConfigFileError: where its file is faulty.
        """
        file = next((file for file in self.files if file.name == name), None)
        if file and file.faults:
            raise file.faults[0]
        return file.profile if file else None

    def for_url(self, url: str) -> Profile:
        """Return the profile for an http(s) address: of the file that names its host (and port), else of the
        file that names a twin of it (``www.``, ``m.``, ``amp.``), else the generic one of its host.

        :raises ValueError: where *url* is no http(s) address.
        :raises ConfigFileError: where no sound file holds it and another one can't be read.
        """
        netloc = netloc_of(url)
        if netloc is None:
            raise ValueError(f"{url!r} is not an http(s) address")
        found = self._by_host.get(netloc) or next((each for each in self._sound if each.owns(url)), None)
        if found is None and self.faults:
            raise self.faults[0]
        return found or generic_profile(url)

    @cached_property
    def _sound(self) -> list[Profile]:
        return [file.profile for file in self.files if file.profile]

    @cached_property
    def _by_host(self) -> dict[str, Profile]:
        """The user's files last, since they win."""
        ordered = sorted(self.files, key=lambda file: not file.built_in)
        return {host: file.profile for file in ordered if file.profile for host in file.profile.hosts}


def generic_profile(url: str) -> Profile:
    """Return the profile of a portal that nobody wrote one for, named by the host of *url* without ``www.``.

    :raises ValueError: where *url* is no http(s) address.
    """
    netloc = netloc_of(url)
    if netloc is None:
        raise ValueError(f"{url!r} is not an http(s) address")
    return _generic(netloc)


@lru_cache(maxsize=1024)
def _generic(netloc: str) -> Profile:
    """Return one profile for all addresses of a host: lists of start pages name few hosts many times."""
    hosts = generic_hosts(netloc)
    return Profile(name=host_of(f"http://{hosts[0]}"), hosts=hosts, generic=True)


def _built_in() -> Iterator[ProfileFile]:
    for entry in (files("portalcrawl.profiles") / "builtin").iterdir():
        if entry.name.endswith(SUFFIX):
            yield _read(entry, f"{BUILT_IN}/{entry.name}", built_in=True)


def _users(folder: Path) -> Iterator[ProfileFile]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as exc:
        raise ConfigFileError(str(folder), "PORTAL_PROFILES", exc.strerror or str(exc)) from exc
    for entry in entries:
        if entry.name.endswith(SUFFIX) and not entry.name.startswith("."):
            yield _read(entry, str(entry), built_in=False)


def _read(entry: Traversable, file: str, *, built_in: bool) -> ProfileFile:
    name = entry.name.removesuffix(SUFFIX)
    try:
        profile, faults = read_profile(entry.read_bytes(), name, file)
    except OSError as exc:
        profile, faults = None, [ConfigFileError(file, "file", exc.strerror or str(exc))]
    return ProfileFile(name, file, built_in, profile, tuple(faults))


def _without_clashes(found: list[ProfileFile]) -> Iterator[ProfileFile]:
    """Make a host that two files of one folder claim a fault of the second."""
    claimed: dict[tuple[bool, str], str] = {}
    for file in found:
        faults = list(file.faults)
        for host in file.profile.hosts if file.profile else ():
            first = claimed.setdefault((file.built_in, host), file.file)
            if first != file.file:
                faults.append(ConfigFileError(file.file, "hosts", f"{host} is already a host of {first}"))
        profile = None if faults else file.profile
        yield ProfileFile(file.name, file.file, file.built_in, profile, tuple(faults))
