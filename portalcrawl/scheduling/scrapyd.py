"""Client for one Scrapyd server (1.6, https://scrapyd.readthedocs.io/en/stable/api.html)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from portalcrawl.errors import PortalcrawlError
from portalcrawl.runs.published_line import RunResult, parse_published
from portalcrawl.scheduling.entries import Node

if TYPE_CHECKING:
    import requests

CONNECT_TIMEOUT, READ_TIMEOUT = 3.0, 20.0
"""Seconds; Scrapyd does not answer while it lists an egg's spiders, which takes seconds on a busy machine."""
SPIDER = "portal"
LOG_END = 20_000
"""Bytes that are read from the end of a log."""
NOT_DEPLOYED = re.compile(r"(?:project|spider) '[^']*' not found")


class NodeError(PortalcrawlError):
    """A request to a node failed."""


class NodeDownError(NodeError):
    """A node can't be reached, or refuses user and password: the request was not carried out."""


class NodeUnsureError(NodeError):
    """The connection broke after the request was sent; it may or may not have been carried out."""


class NodeSlowError(NodeUnsureError):
    """A node did not answer in time."""


class NodeRefusesError(NodeError):
    """A node answered with an error, for instance because its disk is full."""


class NotDeployedError(NodeRefusesError):
    """A node does not have the project, or has a different one of that name."""


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job in a node's answer."""

    state: str
    """``pending``, ``running`` or ``finished``."""
    arguments: Mapping[str, str]
    """Spider arguments; Scrapyd lists them only for pending jobs."""
    log_url: str | None


class Scrapyd:
    """Client for one node. User and password come from the environment, else requests reads ``~/.netrc``."""

    def __init__(self, node: Node, project: str) -> None:
        import requests  # here, since every Scrapy command imports this module: 30 ms of CPU

        self.node = node
        self._project = project
        self._session = requests.Session()
        self._session.auth = _credentials(node.name)
        self._options: dict[str, Any] = {"timeout": (CONNECT_TIMEOUT, READ_TIMEOUT), "allow_redirects": False}
        if node.shared:
            # A proxy from the environment can't reach this machine.
            self._options["proxies"] = {"http": "", "https": ""}

    def jobs(self) -> dict[str, ListedJob]:
        """Return the jobs of the project by id; empty if it is not deployed."""
        try:
            answer = self._ask("GET", "listjobs.json", {"project": self._project})
        except NotDeployedError:
            return {}
        found = {}
        for state in ("finished", "running", "pending"):
            for job in answer.get(state, []):
                found[job["id"]] = ListedJob(state, job.get("args") or {}, job.get("log_url"))
        return found

    def running(self) -> int:
        """Return the number of jobs running on the node, including those of other projects."""
        return int(self._ask("GET", "daemonstatus.json", {})["running"])

    def log_url(self, job: str) -> str:
        """Return the path of *job*'s log on the node, which stays valid after the node has forgotten the job."""
        return f"/logs/{self._project}/{SPIDER}/{job}.log"

    def is_deployed(self) -> bool:
        """Return whether the project is deployed on the node."""
        return self._project in self._ask("GET", "listprojects.json", {}).get("projects", [])

    def post(self, job: str, arguments: Mapping[str, str], settings: Mapping[str, str], priority: float) -> None:
        """Add a job with the id *job* to the queue."""
        data: dict[str, Any] = {"project": self._project, "spider": SPIDER, "jobid": job, "priority": f"{priority:g}"}
        data["setting"] = [f"{name}={value}" for name, value in settings.items()]
        self._ask("POST", "schedule.json", {**arguments, **data})

    def cancel(self, job: str, signal: str = "INT") -> None:
        """Remove a job from the queue, or send its process *signal*."""
        self._ask("POST", "cancel.json", {"project": self._project, "job": job, "signal": signal})

    def result_in_log(self, log_url: str | None) -> RunResult | None:
        """Return the result of a job from the end of its log; None if the log has none or can't be read."""
        try:
            return parse_published(self._log_end(log_url).splitlines()) if log_url else None
        except NodeError:
            return None

    def _log_end(self, log_url: str) -> str:
        url = urljoin(self.node.url, log_url.lstrip("/"))
        length = int(self._send("HEAD", url).headers.get("Content-Length") or 0)
        # Scrapyd can't answer a range from the end (bytes=-N) that is longer than the log.
        response = self._send("GET", url, headers={"Range": f"bytes={length - LOG_END}-"} if length > LOG_END else {})
        return response.content[-LOG_END:].decode("utf-8", "replace") if response.ok else ""

    def _ask(self, method: str, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
        given = {"params": data} if method == "GET" else {"data": data}
        response = self._send(method, self.node.url + name, **given)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or "status" not in answer:
            problem = f"answers {name} with HTTP {response.status_code} and no JSON; is its url that of a Scrapyd?"
            raise NodeDownError(f"{self._name} {problem}")
        if answer["status"] != "ok":
            message = _in_one_line(answer.get("message"))
            error_class = NotDeployedError if NOT_DEPLOYED.fullmatch(message) else NodeRefusesError
            raise error_class(f"{self._name} refuses {name}: {message}")
        return answer

    def _send(self, method: str, url: str, **given: Any) -> requests.Response:
        import requests  # see __init__

        try:
            response = self._session.request(method, url, **self._options, **given)
        except (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError) as error:
            raise NodeDownError(f"{self._name} can't be reached: {_in_one_line(error)}") from None
        except requests.ConnectionError as error:
            error_class = NodeDownError if _never_connected(error) else NodeUnsureError
            raise error_class(f"{self._name} can't be reached: {_in_one_line(error)}") from None
        except requests.RequestException as error:
            raise NodeSlowError(f"{self._name} does not answer: {_in_one_line(error)}") from None
        if response.status_code in (401, 403):
            hint = "SCRAPYD_USERNAME and SCRAPYD_PASSWORD, or ~/.netrc, must be those of its Scrapyd"
            raise NodeDownError(f"{self._name} refuses user and password; {hint}")
        return response

    @property
    def _name(self) -> str:
        return f"node {self.node.name} ({self.node.url})"


def _credentials(name: str) -> tuple[str, str] | None:
    """Return user and password of a node, from SCRAPYD_USERNAME_<NODE> or else SCRAPYD_USERNAME; None if not set."""
    own = "_" + re.sub(r"\W", "_", name).upper()
    for end in (own, ""):
        if user := os.environ.get(f"SCRAPYD_USERNAME{end}"):
            return user, os.environ.get(f"SCRAPYD_PASSWORD{end}", "")
    return None


def _never_connected(error: Exception) -> bool:
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _in_one_line(message: object) -> str:
    """Return *message* as one short line; for a traceback, its last line."""
    lines = str(message).strip().splitlines() or [""]
    text = " ".join((lines[-1] if len(lines) > 3 else " ".join(lines)).split())
    if match := re.search(r"\[Errno -?\d+\] ([^'\")]+)", text):
        text = match[1].strip().lower()
    return text[:300]
