"""Proves rows of the hazard table: with its control turned off, the test that a row names fails.

``make hazards`` runs each test twice, as the program is and with the control off
(``turned_off/controls.yaml``), and prints the table; ``python -m tests.support.hazard_proof H12``
tries one row. It exits with 1 where a test does not pass at first, or does not fail afterwards:
then that test shows nothing.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from docs.making.hazards import Hazard, read_hazards
from schedules.knowledge.yaml_file import parse_quickly
from tests.support.listening.sitecustomize import NOTED
from tests.support.places import ROOT

TURNED_OFF = ROOT / "tests" / "support" / "turned_off"
# Whether each hazard was proved when it was last tried.
RUNS = TURNED_OFF / "runs.json"
_LONGEST_SECONDS = 600
_PASSED, _FAILED = 0, 1
_WIDTH = 94
# What a run of the tests sets for itself: the proof may be one of them, and begins runs of its own.
_OF_THIS_RUN = {NOTED, "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"}


@dataclasses.dataclass(frozen=True, slots=True)
class Proof:
    """What came of one row: whether its test passed as it is, and failed with the control off."""

    hazard: Hazard
    off: str
    as_it_is: int
    turned_off: int
    why: str

    @property
    def holds(self) -> bool:
        """Return whether the test shows the control."""
        return (self.as_it_is, self.turned_off) == (_PASSED, _FAILED)

    def __str__(self) -> str:
        """Return it as one line of the table."""
        said = {_PASSED: "passes", _FAILED: "fails"}
        runs = [said.get(code, f"cannot run ({code})") for code in (self.as_it_is, self.turned_off)]
        verdict = "proved" if self.holds else "NOT PROVED"
        test = self.hazard.test.rpartition("::")[2]
        head = f"{self.hazard.id:<5} {verdict:<10}  {runs[0]}, then {runs[1]}"
        return f"{head}  {self.off}  {test}\n      {self.why}"


def controls() -> dict[str, dict[str, str]]:
    """Return how the control of each hazard is turned off, by the hazard's id."""
    found: dict[str, dict[str, str]] = parse_quickly((TURNED_OFF / "controls.yaml").read_bytes())
    return found


def prove(ids: Sequence[str]) -> Iterator[Proof]:
    """Run the tests of these hazards, or of all whose control can be turned off."""
    log = {hazard.id: hazard for hazard in read_hazards(ROOT)}
    known = controls()
    for name in ids or known:
        hazard, control = log[name], known[name]
        before, _ = _run(hazard.test, "")
        places = (f"{place}={control['by']}" for place in control["off"].split())
        after, why = _run(hazard.test, ",".join(places))
        yield Proof(hazard, control["off"], before, after, why)


def _run(test: str, off: str) -> tuple[int, str]:
    """Run one test in a process of its own; return pytest's exit code, and why it failed."""
    outside = {name: text for name, text in os.environ.items() if name not in _OF_THIS_RUN}
    path = os.pathsep.join(filter(None, (str(ROOT), outside.get("PYTHONPATH"))))
    plugins = ("-p", "no:cacheprovider", "-p", "tests.support.turned_off.now")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", *plugins, test],
        cwd=ROOT,
        env={**outside, "PYTHONPATH": path, "POSOLOGY_TURNED_OFF": off},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    # A test that cannot even be set up fails for another reason than its own.
    code = -1 if "\nERROR " in done.stdout else done.returncode
    reasons = [line[1:].strip() for line in done.stdout.splitlines() if line.startswith("E ")]
    return code, next(iter(reasons), "")[:_WIDTH]


def keep(proof: Proof) -> None:
    """Write down whether a hazard was proved."""
    runs = json.loads(RUNS.read_text(encoding="ascii"))
    runs[proof.hazard.id] = proof.holds
    ordered = dict(sorted(runs.items(), key=lambda run: int(run[0][1:])))
    RUNS.write_text(json.dumps(ordered, indent=1) + "\n", encoding="ascii")


def main(ids: Sequence[str]) -> int:
    """Print the table, and how many rows are proved, not proved, and not tried yet."""
    log = {hazard.id for hazard in read_hazards(ROOT)}
    unknown = [name for name in ids if name not in controls()]
    if unknown:
        sys.stderr.write(f"no control is named in controls.yaml for: {', '.join(unknown)}\n")
        return 2
    counted: Counter[bool] = Counter()
    for proof in prove(ids):
        counted[proof.holds] += 1
        keep(proof)
        sys.stdout.write(f"{proof}\n")
        sys.stdout.flush()
    untried = len(log) - counted.total()
    sys.stdout.write(
        f"{counted[True]} proved, {counted[False]} not proved, {untried} of {len(log)} not tried.\n"
    )
    return 1 if counted[False] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
