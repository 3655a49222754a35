"""``scrapy sample``: serves until Ctrl-C, answers wrong use in one line."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from support.commandline import ROOT, scrapy

SAMPLE = [sys.executable, "-m", "scrapy", "sample"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_told_to_stop(number):
    command = [*SAMPLE, "--port", "0", "--now", "2025-12-06T08:00:00+01:00"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:
        lines = [served.stdout.readline(), served.stdout.readline()]
        url = re.search(r"http://127\.0\.0\.1:\d+/", lines[0])[0]
        assert f"scrapy crawl portal -a url={url}" in lines[1]
        with urllib.request.urlopen(url) as answer:
            assert "Samstag, 6. Dezember 2025" in answer.read().decode()
        served.send_signal(number)
        rest, errors = served.communicate()
    assert (served.returncode, rest, errors) == (0, "", "")


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (["--port", "x"], "--port"),
        (["--port", "70000"], "--port"),
        (["--now", "gestern"], "--now"),
        (["--now", "2025-12-05T10:00:00"], "--now"),
        (["extra"], "extra"),
        (["--fast"], "--fast"),
    ],
)
def test_wrong_use_is_answered_in_one_line(tmp_path, args, named):
    ended = scrapy("sample", *args, data=tmp_path)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert named in ended.err


def test_taken_port_is_answered_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = scrapy("sample", "--port", port, data=tmp_path)
    assert (ended.code, len(ended.lines)) == (2, 1)
    assert port in ended.err
