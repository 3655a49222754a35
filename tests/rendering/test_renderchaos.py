"""The processes that render pages may die or freeze at any time: ``tests/support/renderchaos.py`` in short."""

from __future__ import annotations

import random
import signal

import pytest
from support.laboratory import demand_a_browser
from support.renderchaos import Outcome, disturb

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("role", "number"),
    [
        ("renderer", signal.SIGKILL),
        ("browser", signal.SIGKILL),
        ("driver", signal.SIGKILL),
        ("driver", signal.SIGSTOP),
    ],
)
def test_a_loss_costs_no_article_and_leaves_no_process(role: str, number: signal.Signals) -> None:
    demand_a_browser()
    outcome = Outcome(role, number)
    disturb(outcome, 1, 4, random.Random(1), (0.3, 1.0))
    assert outcome.faults == []
    assert outcome.hits == 1
