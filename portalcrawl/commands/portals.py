"""``scrapy portals``: lists the portal profiles, shows one, checks their files, drafts one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from portalcrawl.command import ProjectCommand
from portalcrawl.errors import UsageError
from portalcrawl.profiles.catalog import Catalog, ProfileFile
from portalcrawl.profiles.model import ArticleRules, Profile, TeaserRules
from portalcrawl.profiles.regular_expressions import Pattern
from portalcrawl.runs.run_settings import profiles_folder
from portalcrawl.terminal import Column, print_json, print_table

NOT_SHOWN = ("name", "generic", "stems", "zone", "teasers")


class Command(ProjectCommand):
    """Lists, shows and checks profiles."""

    def syntax(self) -> str:
        return "[options] [NAME] | discover URL [--write]"

    def short_desc(self) -> str:
        return "List the portal profiles, show one, check their files, draft one"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--check", action="store_true", help="check the files; exit code 1 if there are faults")
        parser.add_argument("--write", action="store_true", help="discover: write the draft to PORTAL_PROFILES")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        if args[:1] == ["discover"]:
            if opts.check:
                raise UsageError("scrapy portals discover takes no --check; check the file once it is written")
            return self._discover(args[1:], write=opts.write, as_json=opts.json)
        return self._run(args, check=opts.check, as_json=opts.json, write=opts.write)

    def _discover(self, args: list[str], *, write: bool, as_json: bool) -> int:
        from portalcrawl.drafting.discover import discover  # here, since it imports all of the extraction

        draft, file, note = discover(args, self.settings, write=write)
        if as_json:
            print_json({"name": draft.name, "file": str(file) if file else None, "toml": draft.text})
            return 0
        print("" if file else draft.text, end="")
        print(f"portalcrawl: {note}", file=sys.stderr)
        return 0

    def _run(self, args: list[str], *, check: bool, as_json: bool, write: bool) -> int:
        if write:
            raise UsageError("--write is for scrapy portals discover URL")
        if len(args) > 1 or any(arg.startswith("-") for arg in args):
            raise UsageError(f"scrapy portals: unknown argument {args[-1]!r}; it takes one NAME, and --check")
        catalog = Catalog(profiles_folder(self.settings))
        if args and args[0] not in catalog.names():
            raise UsageError(f"unknown portal {args[0]!r}; the portals are {', '.join(catalog.names())}")
        files = [file for file in catalog.files if not args or file.name == args[0]]
        if check:
            return _check(files, as_json=as_json)
        return _show(files[0], as_json=as_json) if args else _list(files, as_json=as_json)


def _check(files: Sequence[ProfileFile], *, as_json: bool) -> int:
    if as_json:
        print_json([{"file": file.file, "faults": [str(fault) for fault in file.faults]} for file in files])
    else:
        print(*(line for file in files for line in file.faults or (f"{file.file}: ok",)), sep="\n")
    return 1 if any(file.faults for file in files) else 0


def _list(files: Iterable[ProfileFile], *, as_json: bool) -> int:
    if as_json:
        print_json([_as_listed(file) for file in files])
        return 0
    rows = []
    for file in files:
        hosts = " ".join(file.profile.hosts) if file.profile else f"faulty: {file.faults[0].key}"
        rows.append((file.name, hosts, file.file))
    print_table((Column("name"), Column("hosts"), Column("from")), rows)
    return 0


def _as_listed(file: ProfileFile) -> dict[str, Any]:
    hosts = list(file.profile.hosts) if file.profile else []
    return {"name": file.name, "hosts": hosts, "file": file.file, "faults": [str(fault) for fault in file.faults]}


def _show(file: ProfileFile, *, as_json: bool) -> int:
    if file.profile is None:
        for fault in file.faults:
            print(fault, file=sys.stderr)
        return 1
    profile = file.profile
    if as_json:
        found = {name: _as_data(value) for name, value in _settings_of(profile)}
        print_json({"name": profile.name, "file": file.file, **found, "timezone": str(profile.zone)})
        return 0
    print(f"{profile.name} ({file.file})")
    for name, value in _settings_of(profile):
        print(f"  {name:<24} {_text(value)}")
    return 0


def _settings_of(profile: Profile) -> Iterable[tuple[str, Any]]:
    """Yield the keys that the profile sets, with their values; also the time zone if it is derived from the host."""
    for name, value in _values(profile, ""):
        if name != "timezone":
            yield name, value
    yield "timezone", f"{profile.zone}{'' if profile.timezone else ' (by the country of the host)'}"
    for number, rules in enumerate(profile.teasers, 1):
        yield from _values(rules, f"teasers[{number}].")


def _values(part: Any, prefix: str) -> Iterable[tuple[str, Any]]:
    for each in fields(part):
        name, value = each.name, getattr(part, each.name)
        if name in NOT_SHOWN or value is None or value in ((), {}, False):
            continue
        if name == "fields" and isinstance(part, ArticleRules | TeaserRules):
            yield from ((f"{prefix}{field}", rules) for field, rules in value.items())
        elif hasattr(value, "__dataclass_fields__") and not isinstance(value, Pattern) and name != "root":
            yield from _values(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _text(value: Any) -> str:
    if isinstance(value, Pattern):
        return value.expression
    if isinstance(value, tuple):
        return "; ".join(map(_text, value))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {' '.join(each.split())}" for key, each in value.items())
    return value.key if isinstance(value, ZoneInfo) else str(value)


def _as_data(value: Any) -> Any:
    """Return *value* as JSON data; lists, numbers and booleans keep their types."""
    if isinstance(value, tuple | list):
        return [_as_data(each) for each in value]
    if isinstance(value, dict):
        return {key: _as_data(each) for key, each in value.items()}
    return value if isinstance(value, bool | int | float) else _text(value)
