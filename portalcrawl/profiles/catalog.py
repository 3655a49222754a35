"""All profiles: the built-in ones and those in the user's folder, which replace built-in ones with the same name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
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
    """A profile file and its content."""

    name: str
    file: str
    """Path of the file; ``built-in/<name>.toml`` for built-in profiles."""
    built_in: bool
    profile: Profile | None
    """None if there are faults."""
    faults: tuple[ConfigFileError, ...]


class Catalog:
    """The profiles, by name and by host.

    A faulty file raises an error only when it is needed: in :meth:`get` for its name, and in :meth:`for_url` for a URL
    to which no valid profile applies.

    :raises ConfigFileError: if *folder* can't be read.
    """

    def __init__(self, folder: Path | None = None) -> None:
        found = {file.name: file for file in _built_in()}
        found.update({file.name: file for file in _users(folder)} if folder else {})
        self.files = tuple(_without_clashes([found[name] for name in sorted(found)]))
        """One file per name, sorted by name."""

    def names(self) -> list[str]:
        """Return the names of all profiles, sorted."""
        return [file.name for file in self.files]

    def is_built_in(self, name: str) -> bool:
        """Return whether the profile *name* is the built-in one."""
        return any(file.name == name and file.built_in for file in self.files)

    @property
    def faults(self) -> list[ConfigFileError]:
        """All faults of all files."""
        return [fault for file in self.files for fault in file.faults]

    def get(self, name: str) -> Profile | None:
        """Return the profile *name*, None if there is none; raise ConfigFileError if its file is faulty."""
        file = next((file for file in self.files if file.name == name), None)
        if file and file.faults:
            raise file.faults[0]
        return file.profile if file else None

    def for_url(self, url: str) -> Profile:
        """Return the profile for an http(s) URL.

        It is the profile with its host and port, else the one with a twin of the host (``www.``, ``m.``, ``amp.``),
        else a generic one.

        :raises ValueError: if *url* is not an http(s) URL.
        :raises ConfigFileError: if no valid profile has the host, and a file is faulty.
        """
        generic = generic_profile(url)
        valid = (file.profile for file in self.files if file.profile)
        found = self._by_host.get(netloc_of(url) or "") or next((each for each in valid if each.owns(url)), None)
        if found is None and self.faults:
            raise self.faults[0]
        return found or generic

    @cached_property
    def _by_host(self) -> dict[str, Profile]:
        # The user's files come last, so that they replace built-in ones.
        ordered = sorted(self.files, key=lambda file: not file.built_in)
        return {host: file.profile for file in ordered if file.profile for host in file.profile.hosts}


def generic_profile(url: str) -> Profile:
    """Return the profile of a portal without a profile file; its name is the host of *url* without ``www.``.

    :raises ValueError: if *url* is not an http(s) URL.
    """
    netloc = netloc_of(url)
    if netloc is None:
        raise ValueError(f"{url!r} is not an http(s) URL")
    return _generic(netloc)


@lru_cache(maxsize=1024)
def _generic(netloc: str) -> Profile:
    """Return the generic profile of *netloc*; cached, since lists of start pages contain few hosts many times."""
    hosts = generic_hosts(netloc)
    return Profile(name=host_of(f"http://{hosts[0]}"), hosts=hosts, generic=True)


@cache  # they are needed for each entry of a schedule, and for each run in a process that is reused
def _built_in() -> tuple[ProfileFile, ...]:
    entries = (files("portalcrawl.profiles") / "builtin").iterdir()
    read = (_read(each, f"{BUILT_IN}/{each.name}", built_in=True) for each in entries if each.name.endswith(SUFFIX))
    return tuple(read)


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
    """Yield the files; a host that is also in an earlier file of the same folder is reported as a fault."""
    first_files: dict[tuple[bool, str], str] = {}
    for file in found:
        faults = list(file.faults)
        for host in file.profile.hosts if file.profile else ():
            first = first_files.setdefault((file.built_in, host), file.file)
            if first != file.file:
                faults.append(ConfigFileError(file.file, "hosts", f"{host} is already a host of {first}"))
        yield replace(file, profile=None if faults else file.profile, faults=tuple(faults))
