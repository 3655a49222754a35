"""``scrapy schedule cron``: the schedule as crontab lines or systemd units."""

from __future__ import annotations

import getpass
import shlex
import sys
from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path

from portalcrawl.errors import UsageError
from portalcrawl.scheduling.entries import Schedule, ScheduleEntry
from portalcrawl.scheduling.timing import expand_cron

DAY = 86_400
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def crontab(schedule: Schedule, folder: Path, data_dir: Path) -> Iterator[str]:
    """Yield crontab lines. cronie and systemd-cron support CRON_TZ; Debian's cron ignores it and uses local time."""
    yield "# user and password of Scrapyd: in ~/.netrc"
    for entry in schedule.entries.values():
        command = shlex.join(_command(entry, schedule, data_dir))
        command = f"cd {shlex.quote(str(folder))} && {command}".replace("%", r"\%")
        if entry.timing.cron is not None:
            yield f"CRON_TZ={entry.timing.zone.key}"
            yield f"{entry.timing.cron} {command}"
        else:
            yield "CRON_TZ=UTC"
            yield f"{_every(entry)} {command}"


def systemd_units(schedule: Schedule, folder: Path, data_dir: Path) -> Iterator[str]:
    """Yield the lines of a service and a timer for each entry, each preceded by a comment with its file name."""
    for entry in schedule.entries.values():
        name = f"portalcrawl-{entry.name}"
        yield f"# /etc/systemd/system/{name}.service"
        yield "[Unit]"
        yield f"Description=Start the crawl {entry.name} on Scrapyd"
        yield "[Service]\nType=oneshot"
        yield f"User={getpass.getuser()}"
        yield "EnvironmentFile=-/etc/portalcrawl.env"
        yield f"WorkingDirectory={str(folder).replace('%', '%%')}"
        yield f"ExecStart={' '.join(map(_quoted, _command(entry, schedule, data_dir)))}\n"
        yield f"# /etc/systemd/system/{name}.timer"
        yield f"[Unit]\nDescription=Times of the crawl {entry.name}"
        yield "[Timer]"
        yield from _calendar(entry)
        if entry.timing.jitter:
            yield f"RandomizedDelaySec={entry.timing.jitter:g}"
        yield "[Install]\nWantedBy=timers.target\n"


def _command(entry: ScheduleEntry, schedule: Schedule, data_dir: Path) -> list[str]:
    """Return the command that starts *entry*, with all values that this process may have from its environment."""
    file, data = Path(schedule.file).absolute(), data_dir.absolute()
    python = [sys.executable, "-m", "scrapy"]
    return [*python, "schedule", "once", entry.name, "--file", str(file), "-s", f"DATA_DIR={data}"]


def _quoted(word: str) -> str:
    """Return *word* quoted for a command in systemd.service(5)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if escaped == shlex.quote(escaped) else f'"{escaped}"'


def _every(entry: ScheduleEntry) -> str:
    """Return the crontab fields for an interval, which must divide an hour or a day."""
    seconds = int(entry.timing.every or 60)
    minutes, hours = seconds // 60, seconds // 3600
    if seconds % 60 == 0 and minutes and 60 % minutes == 0:
        return f"*/{minutes} * * * *" if minutes < 60 else "0 * * * *"
    if seconds % 3600 == 0 and 24 % hours == 0:
        return f"0 */{hours} * * *" if seconds < DAY else "0 0 * * *"
    problem = f"entry {entry.name}: {entry.timing.text} can't be written as a crontab line"
    raise UsageError(f"{problem}; use an interval that divides an hour or a day, or --systemd")


def _calendar(entry: ScheduleEntry) -> Iterator[str]:
    if entry.timing.cron is None:
        yield "OnActiveSec=0"
        yield f"OnUnitActiveSec={entry.timing.every:g}"
        yield "AccuracySec=1s"
        return
    line = expand_cron(entry.timing.cron)
    weekdays = sorted({int(day) % 7 for day in line.weekdays if isinstance(day, int)})
    names = "" if len(weekdays) == len(DAYS) else ",".join(DAYS[day] for day in weekdays) + " "
    date = f"*-{_numbers(line.months, 12)}-{_numbers(line.days, 31)}"
    time = f"{_numbers(line.hours, 24)}:{_numbers(line.minutes, 60)}:00"
    yield f"OnCalendar={names}{date} {time} {entry.timing.zone.key}"
    yield "AccuracySec=1s\nPersistent=true"


def _numbers(values: Collection[int], size: int) -> str:
    """Return *values* in the format of systemd.time(7): ``*`` if there are *size*, else for instance ``1,6..22``."""
    if len(values) == size:
        return "*"
    spans = [
        [value for _, value in run] for _, run in groupby(enumerate(sorted(values)), key=lambda pair: pair[1] - pair[0])
    ]
    return ",".join(str(span[0]) if len(span) == 1 else f"{span[0]}..{span[-1]}" for span in spans)
