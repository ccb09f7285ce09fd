"""Kill the workers of a cluster in the middle of a run, and compare the bytes with an unhurt one.

    python -m tests.support.worker_killed [PATIENTS]

Real processes and a real ``kill -9``: too slow for a test of every day.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from distributed import LocalCluster

from commands.line import say
from schedules.cohort.blocks import BlockFolder, Numbered, here
from schedules.cohort.cluster import on_cluster
from schedules.cohort.compute import Part, Work
from schedules.cohort.published import publish
from schedules.library.shipped import shipped_knowledge
from tests.schedules.cohort.tables import job_of

BLOCKS = 24
KILL_AFTER = (3, 11)


def main(patients: int) -> int:
    """Return 1 if anything was lost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unhurt = hash_of(folder, patients, here)
        with LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as local:
            killed: list[int] = []

            def run(work: Work, blocks: Iterable[Numbered]) -> Iterator[tuple[int, Part]]:
                runner = on_cluster(local.scheduler_address, shipped_knowledge())
                for count, done in enumerate(runner(work, blocks), 1):
                    if count in KILL_AFTER:
                        pid = next(iter(local.workers.values())).process.process.pid
                        os.kill(pid, signal.SIGKILL)
                        killed.append(pid)
                    yield done

            hurt = hash_of(folder, patients, run)
    say(f"{patients} patients in {BLOCKS} blocks, {len(killed)} workers killed in mid-run")
    say(f"unhurt {unhurt}\nkilled {hurt}\n{'the same' if hurt == unhurt else 'DIFFERENT'}")
    return int(hurt != unhurt)


def hash_of(
    folder: Path,
    patients: int,
    runner: Callable[[Work, Iterable[Numbered]], Iterator[tuple[int, Part]]],
) -> str:
    """Return the hash of the doses."""
    parts = BlockFolder(folder / "parts", job_of(folder, patients), BLOCKS)
    whole = parts.run(runner, lambda done: say(f"{done} of {BLOCKS} blocks"))
    found, demand = folder / "found.csv", folder / "demand.csv"
    sha256 = publish(parts, whole, out=folder / "doses.csv", findings=found, demand=demand)
    parts.remove()
    return sha256


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000))
