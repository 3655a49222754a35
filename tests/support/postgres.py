"""A PostgreSQL server of the tests' own, in a temporary folder.

    with PostgresServer(folder) as server:
        url = server.new_database()

It listens on a Unix socket in its folder, and on loopback only where ``tcp`` asks for it. PostgreSQL's server refuses
to run as root, so root starts it as the user ``postgres``, which Debian's package creates.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import psycopg

from support.ports import free_port

DEBIAN = Path("/usr/lib/postgresql")
MISSING = "PostgreSQL's server is not installed: make postgresql, or apt-get install postgresql"
SERVER_USER = "postgres"
PATIENCE = "600"
"""Seconds that a start or an end may take on a busy machine."""


class PostgresMissingError(RuntimeError):
    """No PostgreSQL server is installed."""


def server_programs() -> Path:
    """Return the folder with ``initdb`` and ``pg_ctl``: from the PATH, else Debian's newest version.

    :raises PostgresMissingError: where there is none.
    """
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    versions = sorted(DEBIAN.glob("*/bin/pg_ctl"), key=lambda path: float(path.parents[1].name))
    if not versions:
        raise PostgresMissingError(MISSING)
    return versions[-1].parent


class PostgresServer:
    """A running server; starts empty, and is deleted at its end."""

    def __init__(self, folder: Path, *, tcp: bool = False) -> None:
        self._programs = server_programs()
        self.folder = folder
        """Short, because the path of a Unix socket may have 107 bytes only."""
        self._databases = 0
        self.port = free_port() if tcp else 5432
        """Of the TCP socket where there is one; it also names the Unix socket."""
        self._tcp = tcp

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def __enter__(self) -> PostgresServer:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = pwd.getpwnam(SERVER_USER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "--auth=trust", "--username=portalcrawl", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server; returns when it accepts connections."""
        listen = "127.0.0.1" if self._tcp else ""
        # Without fsync a commit outlives a crash of the server, though not one of the machine, which no test makes.
        flags = f"-c listen_addresses='{listen}' -c max_connections=200 -c fsync=off"
        options = f"-k {self.folder} -p {self.port} {flags}"
        self._run("pg_ctl", "-w", "-t", PATIENCE, "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: ``fast`` rolls open transactions back and ends cleanly, ``immediate`` is a crash."""
        self._run("pg_ctl", "-w", "-t", PATIENCE, "-m", mode, "stop", check=False)

    def new_database(self) -> str:
        """Create an empty database; return its SQLAlchemy URL."""
        self._databases += 1
        name = f"test{self._databases}"
        server = f"host={self.folder} port={self.port} user=portalcrawl dbname=postgres"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of *database*."""
        if self._tcp:
            return f"postgresql+psycopg://portalcrawl@127.0.0.1:{self.port}/{database}"
        return f"postgresql+psycopg://portalcrawl@/{database}?host={self.folder}&port={self.port}"

    def execute(self, sql: str, database: str) -> str:
        """Run *sql* with ``psql``; return what it prints, unaligned and without headers."""
        arguments = ("-h", str(self.folder), "-p", str(self.port), "-U", "portalcrawl", "-d", database)
        psql = subprocess.run(
            [str(self._programs / "psql"), "-X", "-At", "-v", "ON_ERROR_STOP=1", *arguments, "-c", sql],
            check=True,
            capture_output=True,
            text=True,
        )
        return psql.stdout

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [str(self._programs / program), "-D", str(self._data), *arguments]
        user = {"user": SERVER_USER, "group": SERVER_USER} if os.geteuid() == 0 else {}
        # No pipes: the server would inherit them, and reading them would wait for its end.
        with (self.folder / "commands.log").open("ab") as log:
            done = subprocess.run(command, stdout=log, stderr=log, check=False, cwd="/", extra_groups=[], **user)  # type: ignore[call-overload]
        if check and done.returncode:
            logs = [path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*log")]
            raise RuntimeError(f"{program} failed: {' '.join(logs)}")
