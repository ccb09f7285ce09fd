"""Prove every lemma and break every twin: ``make lemmas``."""

from __future__ import annotations

import sys
import time

from tests.lemmas.all_lemmas import ALL


def main() -> int:
    """Print each lemma, its time and what its twin does; exit with 1 where one does not hold."""
    failed = 0
    for lemma in ALL:
        begun = time.process_time()
        against, patient = (lemma.counterexample(broken=broken) for broken in (False, True))
        wrong = bool(against) or not patient
        failed += wrong
        took = time.process_time() - begun
        sys.stdout.write(f"{'FAILS ' if wrong else 'proved'} {took:5.2f} s  {lemma.says}\n")
        sys.stdout.write(f"{against or f'if {lemma.mistake}: {patient}':>16}\n")
    sys.stdout.write(
        f"{len(ALL) - failed} of {len(ALL)} lemmas hold, and their twins are caught.\n"
    )
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
