"""A real file system that is full: a tmpfs of a few MB in a namespace of the test's own (unshare(1), Linux)."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.commandline import ENOUGH, ROOT, Ended

SIZE = 32
"""MB."""
SCRIPT = f"""
place=$1 free=$2; shift 2
kept="$place.kept"
cp -a "$place" "$kept" && mount -t tmpfs -o size={SIZE}m tmpfs "$place" && cp -a "$kept/." "$place" || exit 99
available=$(df -k --output=avail "$place" | tail -1)
head -c "$(( (available - free) * 1024 ))" /dev/zero > "$place/filler" || exit 99
"$@"; code=$?
rm "$place/filler"
rm -r "$kept" && cp -a "$place" "$kept" || exit 99
umount "$place" && cp -a "$kept/." "$place" || exit 99
for each in $(cd "$place" && find . -type f); do [ -e "$kept/$each" ] || rm "$place/$each"; done
rm -r "$kept"
exit "$code"
"""


def may_mount() -> bool:
    """Return whether this machine lets its users make namespaces and mount in them."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def on_full_disk(command: Sequence[str], place: Path, free: int, environment: Mapping[str, str]) -> Ended:
    """Run *command* while the folder *place* lies on a disk with *free* KB; what it leaves is in *place* afterwards."""
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", str(place), str(free)]
    done = subprocess.run(
        [*namespace, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=ENOUGH, check=False
    )
    assert done.returncode != 99, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)
