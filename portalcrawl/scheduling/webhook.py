"""Notifies a webhook of changes with one line of JSON each, sent by a thread and stored until delivered."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Event, Thread
from time import time
from typing import Any
from urllib.parse import urlsplit

from portalcrawl.scheduling.entry_health import Health
from portalcrawl.scheduling.job_store import EntryState, JobStore

logger = logging.getLogger("portalcrawl.schedule")

TIMEOUT = (5.0, 10.0)
WAITS = (5.0, 30.0, 120.0, 600.0)
"""Seconds between tries; the last is repeated ..."""
GIVE_UP_AFTER = 86_400.0
"""... until a notice is this old, in seconds."""
INTERVAL = 1.0


def notice(health: Health, state: EntryState, portals: tuple[str, ...], now: float) -> str:
    """Return the line of JSON about a change of level from that in *state*, the entry's, to that of *health*."""
    last = state.last
    content: Mapping[str, Any] = {
        "entry": state.entry,
        "portals": list(portals),
        "verdict": health.level,
        "before": state.level,
        "reasons": list(health.reasons),
        "job": last.job if last else None,
        "run": last.run if last else None,
        "node": last.node if last else None,
        "counts": {name: last.counts.get(name, 0) for name in ("articles", "teasers")} if last else {},
        "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
    }
    return json.dumps(content, ensure_ascii=False)


class WebhookNotifier(Thread):
    """Posts the notices in the store, in order, until *stop* is set."""

    def __init__(self, store: JobStore, address: Callable[[], str | None], stop: Event) -> None:
        super().__init__(name="webhook", daemon=True)
        self._store = store
        self._address = address
        self._stop_event = stop

    def run(self) -> None:
        """Send waiting notices every second."""
        while not self._stop_event.wait(INTERVAL):
            while (address := self._address()) and (found := self._store.next_notice(time())):
                self._send(address, *found)
                if self._stop_event.is_set():
                    break

    def _send(self, address: str, number: int, line: str, made: float, tries: int) -> None:
        problem = _post(address, line)
        if problem is None:
            self._store.settle_notice(number)
        elif time() - made > GIVE_UP_AFTER:
            logger.error("the webhook did not accept a notice: %s: %s", problem, line)
            self._store.settle_notice(number)
        else:
            if not tries:
                logger.warning("the webhook does not accept a notice yet: %s", problem)
            self._store.settle_notice(number, next_try=time() + WAITS[min(tries, len(WAITS) - 1)])


def _post(address: str, line: str) -> str | None:
    """Post *line*; return None, or an error message without the URL, which may contain a secret."""
    import requests  # here, since every Scrapy command imports this module: 30 ms of CPU

    headers = {"Content-Type": "application/json"}
    try:
        response = requests.post(address, data=f"{line}\n".encode(), headers=headers, timeout=TIMEOUT)
    except requests.RequestException as error:
        return f"{urlsplit(address).hostname}: {type(error).__name__}"
    return None if response.ok else f"{urlsplit(address).hostname}: HTTP {response.status_code}"
