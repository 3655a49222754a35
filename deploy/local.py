"""Starts Scrapyd on this machine, deploys the project to it and waits for Ctrl-C: ``make scrapyd`` runs it.

    python deploy/local.py [FOLDER]

It needs Scrapyd's environment. FOLDER (default ``.scrapyd``) is for Scrapyd's configuration, logs, eggs and queues.
SCRAPYD_USERNAME and SCRAPYD_PASSWORD must be set, SCRAPYD_HTTP_PORT may be.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STARTS_WITHIN = 60


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".scrapyd").resolve()
    port = int(os.environ.get("SCRAPYD_HTTP_PORT") or 6800)
    if problem := problem_of(port):
        print(f"portalcrawl: {problem}", file=sys.stderr)
        return 1
    warn_of_copy()
    configure(folder)
    environment = {**os.environ, "PORTALCRAWL_DATA_DIR": data_folder(), "SCRAPYD_HTTP_PORT": str(port)}
    with (folder / "scrapyd.log").open("ab") as log:
        server = subprocess.Popen([BIN / "scrapyd", "--pidfile="], cwd=folder, env=environment, stdout=log, stderr=log)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.terminate())
    if not wait_for(server, port):
        print(f"portalcrawl: Scrapyd did not start; {folder / 'scrapyd.log'} says why", file=sys.stderr)
        return 1
    deployed = subprocess.run([BIN / "scrapyd-deploy", "here"], cwd=ROOT, env=environment, check=False).returncode
    if deployed:
        server.terminate()
        server.wait()
        return deployed
    print(f"Scrapyd is at http://127.0.0.1:{port}/ with the project deployed; its files are in {folder}.")
    copy = "" if (ROOT / "schedule.toml").exists() else "cp deploy/schedule.toml schedule.toml, then "
    print(f"Next, in another terminal: {copy}.venv/bin/scrapy schedule run. Ctrl-C ends Scrapyd.", flush=True)
    server.wait()
    return 0


def problem_of(port: int) -> str | None:
    """Return why Scrapyd can't start; None if it can."""
    if not (os.environ.get("SCRAPYD_USERNAME") and os.environ.get("SCRAPYD_PASSWORD")):
        return "set SCRAPYD_USERNAME and SCRAPYD_PASSWORD first: whoever may use Scrapyd may run code on this machine"
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return f"port {port} is taken; SCRAPYD_HTTP_PORT takes another"
    return None


def warn_of_copy() -> None:
    """Warn if an installed copy of the project would run instead of the egg."""
    sys.path.insert(0, str(ROOT))
    from portalcrawl.scheduling.shadow import shadowing_copy

    if copy := shadowing_copy():
        print(f"portalcrawl: {copy}", file=sys.stderr)


def data_folder() -> str:
    return str(Path(os.environ.get("PORTALCRAWL_DATA_DIR") or ROOT / "data").expanduser().resolve())


def configure(folder: Path) -> None:
    """Write Scrapyd's configuration, and an empty scrapy.cfg: Scrapyd would use that of a folder above."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "deploy" / "scrapyd.conf", folder / "scrapyd.conf")
    (folder / "scrapy.cfg").write_text("# So that Scrapyd searches no folder above this one.\n", encoding="utf-8")


def wait_for(server: "subprocess.Popen[bytes]", port: int) -> bool:
    """Wait until Scrapyd listens on *port*; return whether it does."""
    end = time.monotonic() + STARTS_WITHIN
    while server.poll() is None and time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(main())
