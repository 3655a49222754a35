"""What a turn at a host costs: ``python benchmarks/politeness.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import process_time

from portalcrawl.storage.database import IN_MEMORY
from portalcrawl.storage.host_budget import HostBudget

TURNS = 5_000


def main() -> None:
    """Print microseconds of CPU a call, on a file in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        budget = HostBudget.beside(IN_MEMORY, Path(folder))
        budget.take_turn("a.example", 0.001)
        for name, call in (
            ("take_turn", lambda: budget.take_turn("a.example", 0.001)),
            ("pause", lambda: budget.pause("a.example")),
        ):
            began = process_time()
            for _ in range(TURNS):
                call()
            print(f"{name}: {(process_time() - began) / TURNS * 1e6:.0f} microseconds")
        budget.close()


if __name__ == "__main__":
    main()
