"""``scrapy schedule cron``: the schedule as crontab lines or systemd units, for those who prefer these."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from portalcrawl.errors import UsageError
from portalcrawl.scheduling.entries import Entry, Schedule
from portalcrawl.scheduling.timing import weekdays

DAY = 86_400


def crontab(schedule: Schedule, folder: Path) -> Iterator[str]:
    """Yield crontab lines (CRON_TZ: cronie and systemd-cron know it; Debian's cron does not and takes local time)."""
    yield "# user and password of Scrapyd: in ~/.netrc"
    for entry in schedule.entries.values():
        command = f"cd {shlex.quote(str(folder))} && {_command(entry, schedule)}".replace("%", r"\%")
        if entry.timing.cron is not None:
            yield f"CRON_TZ={entry.timing.zone.key}"
            yield f"{entry.timing.cron} {command}"
        else:
            yield "CRON_TZ=UTC"
            yield f"{_every(entry)} {command}"


def systemd_units(schedule: Schedule, folder: Path) -> Iterator[str]:
    """Yield a service and a timer for each entry, each under a comment with its file name."""
    for entry in schedule.entries.values():
        name = f"portalcrawl-{entry.name}"
        yield f"# /etc/systemd/system/{name}.service"
        yield "[Unit]"
        yield f"Description=Start the crawl {entry.name} on Scrapyd"
        yield "[Service]\nType=oneshot"
        yield "EnvironmentFile=-/etc/portalcrawl.env"
        yield f"WorkingDirectory={folder}"
        yield f"ExecStart={_command(entry, schedule)}\n"
        yield f"# /etc/systemd/system/{name}.timer"
        yield "[Timer]"
        yield from _calendar(entry)
        if entry.timing.jitter:
            yield f"RandomizedDelaySec={entry.timing.jitter:g}"
        yield "[Install]\nWantedBy=timers.target\n"


def _command(entry: Entry, schedule: Schedule) -> str:
    file = shlex.quote(str(Path(schedule.file).absolute()))
    return f"{shlex.quote(sys.executable)} -m scrapy schedule once {entry.name} --file {file}"


def _every(entry: Entry) -> str:
    """Return crontab's fields for an interval; only those that divide an hour or a day can be said."""
    seconds = int(entry.timing.every or 60)
    minutes, hours = seconds // 60, seconds // 3600
    if seconds % 60 == 0 and minutes and 60 % minutes == 0:
        return f"*/{minutes} * * * *" if minutes < 60 else "0 * * * *"
    if seconds % 3600 == 0 and 24 % hours == 0:
        return f"0 */{hours} * * *" if seconds < DAY else "0 0 * * *"
    problem = f"entry {entry.name}: {entry.timing.text} can't be said in a crontab line"
    raise UsageError(f"{problem}; take a time that divides an hour or a day, or --systemd")


def _calendar(entry: Entry) -> Iterator[str]:
    if entry.timing.cron is None:
        yield "OnActiveSec=0"
        yield f"OnUnitActiveSec={entry.timing.every:g}"
        yield "AccuracySec=1s"
        return
    minute, hour, day, month, _ = (_for_systemd(field) for field in entry.timing.cron.split())
    days = weekdays(entry.timing.cron.split()[4])
    before = "" if days == "*" else ",".join(name.title() for name in days.split(",")) + " "
    yield f"OnCalendar={before}*-{month}-{day} {hour}:{minute}:00 {entry.timing.zone.key}"
    yield "AccuracySec=1s\nPersistent=true"


def _for_systemd(field: str) -> str:
    """Return a crontab field as systemd.time(7) writes it: ``*/5`` as ``0/5``, ``6-22`` as ``6..22``."""
    parts = []
    for part in field.split(","):
        span, slash, step = part.partition("/")
        span = "0" if slash and span == "*" else span.replace("-", "..")
        parts.append(f"{span}/{step}" if slash else span)
    return ",".join(parts)
