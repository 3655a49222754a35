"""A real file system that is full: a tmpfs of a few MB in a namespace of the test's own (unshare(1), Linux)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from subprocess import PIPE

from support.commandline import ENOUGH, Ended, scrapy_in
from support.surroundings import Surroundings

SIZE = 32
"""MB."""
SCRIPT = f"""
place=$1 free=$2
kept="$place.kept"
cp -a "$place" "$kept" && mount -t tmpfs -o size={SIZE}m tmpfs "$place" && cp -a "$kept/." "$place" || exit 99
available=$(df -k --output=avail "$place" | tail -1)
head -c "$(( (available - free) * 1024 ))" /dev/zero > "$place/filler" || exit 99
echo full; read -r _
rm "$place/filler"
rm -r "$kept" && cp -a "$place" "$kept" || exit 99
umount "$place" && cp -a "$kept/." "$place" || exit 99
for each in $(cd "$place" && find . -type f); do [ -e "$kept/$each" ] || rm "$place/$each"; done
rm -r "$kept"
"""


def may_mount() -> bool:
    """Return whether this machine lets its users make namespaces and mount in them."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def on_full_disk(*args: str, place: Path, free: int, data: Path) -> Ended:
    """Run ``scrapy ARGS`` while the folder *place* is on a disk with *free* KB; what it leaves is there afterwards."""
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", str(place), str(free)]
    with subprocess.Popen(namespace, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stderr is not None
        assert holder.stdout.readline() == "full\n", holder.stderr.read()
        within = Surroundings(namespaces=[f"/proc/{holder.pid}/ns/{kind}" for kind in ("user", "mnt")])
        ended = scrapy_in(within, *args, data=data)
        _, err = holder.communicate("\n", timeout=ENOUGH)
        assert holder.returncode == 0, err
    return ended
