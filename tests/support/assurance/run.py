"""Runs every comparison and writes docs/assurance.md: ``python -m tests.support.assurance``.

``SHARE`` in percent runs so much of each; ``python -m tests.support.assurance 1`` takes seconds.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence

from tests.support.assurance import columns, dates, formulas, scalars, tables
from tests.support.assurance.bags import compare_bands, compare_infusions, compare_packs
from tests.support.assurance.page import PAGE, page
from tests.support.assurance.proofs import prove
from tests.support.assurance.tally import Tally

# What is compared, how many times, and in how many parts that a process takes one after another.
RUNS: dict[str, tuple[Callable[[int, int], Tally], int, int]] = {
    "columns": (columns.compare, 800_000, 20),
    "scalars": (scalars.compare, 100_000, 10),
    "bands": (compare_bands, 50_000, 2),
    "packs": (compare_packs, 30_000, 2),
    "infusions": (compare_infusions, 20_000, 4),
    "formulas": (formulas.compare, 110_000, 2),
    "dates": (dates.compare, 100_000, 20),
    "tables": (tables.compare, 12_000, 12),
}
_PROCESSES = 2
_WHOLE = 100


def _part(task: tuple[str, int, int]) -> tuple[str, Tally, float]:
    name, count, seed = task
    begun = time.process_time()
    return name, RUNS[name][0](count, seed), time.process_time() - begun


def run(share: int) -> tuple[dict[str, Tally], float]:
    """Run so many percent of everything; return what each came to, and the CPU time in seconds."""
    tasks = [
        (name, max(1, count * share // _WHOLE // parts), seed)
        for name, (_, count, parts) in RUNS.items()
        for seed in range(1, parts + 1)
    ]
    found = {name: Tally() for name in RUNS}
    seconds = 0.0
    with multiprocessing.get_context("spawn").Pool(_PROCESSES) as pool:
        for name, tally, spent in pool.imap_unordered(_part, tasks):
            found[name].add(tally)
            seconds += spent
    return found, seconds


def main(arguments: Sequence[str]) -> int:
    """Run it; of a whole run write the page. Exit with 1 where anything differs or falls."""
    share = int(arguments[0]) if arguments else _WHOLE
    found, seconds = run(share)
    proofs = list(prove()) if share == _WHOLE else []
    if share == _WHOLE:
        PAGE.write_text(page(found, seconds, proofs), encoding="utf-8")
    compared = sum(tally.compared.total() for tally in found.values())
    different = [asked for tally in found.values() for asked in tally.different]
    sys.stdout.write(f"{len(different)} differences in {compared:,} comparisons.\n")
    sys.stdout.writelines(f"{asked}\n" for asked in different[:_WHOLE])
    sys.stdout.writelines(f"does not hold: {proof}\n" for proof in proofs if not proof.holds)
    return 1 if different or not all(proof.holds for proof in proofs) else 0
