"""Proves rows of the hazard table: with its control turned off, the test that a row names fails.

``make hazards`` runs each test twice, as the program is and with the control off
(``turned_off/controls.yaml``), and prints the table; ``python -m tests.support.hazard_proof H12``
tries one row. It exits with 1 where a test does not pass at first, or does not fail afterwards:
then that test shows nothing. A row is tried again once its test, its control or what stands in the
control's place has changed; a run that was broken off goes on where it was.
"""

from __future__ import annotations

import dataclasses
import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

from docs.making.hazards import Hazard, read_hazards
from schedules.knowledge.yaml_file import parse_quickly
from tests.support import kept_runs
from tests.support.hazard_forks import try_in_forks
from tests.support.listening.sitecustomize import NOTED
from tests.support.places import ROOT
from tests.support.turned_off import instead

TURNED_OFF = ROOT / "tests" / "support" / "turned_off"
# Whether each hazard was proved when it was last tried.
RUNS = TURNED_OFF / "runs.json"
_LISTENING = str(ROOT / "tests" / "support" / "listening")
_LONGEST_SECONDS = 600
_PASSED, _FAILED, _ENDLESS = 0, 1, -2
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
        """Return whether the test shows the control: it fails, and says of what."""
        return (self.as_it_is, self.turned_off) == (_PASSED, _FAILED) and bool(self.why)

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


def digests() -> dict[str, str]:
    """Return for each hazard the digest of what its proof depends on."""
    log = {hazard.id: hazard for hazard in read_hazards(ROOT)}
    return {
        name: kept_runs.digest(
            {log[name].test.partition("::")[0], log[name].module, *_modules(off["off"])},
            log[name].test,
            off["off"],
            inspect.getsource(getattr(instead, off["by"])),
        )
        for name, off in controls().items()
    }


def _modules(places: str) -> list[str]:
    return [place.partition(":")[0].replace(".", "/") + ".py" for place in places.split()]


def tried() -> dict[str, bool]:
    """Return whether each hazard was proved, of those whose proof still stands."""
    of = digests()
    runs = kept_runs.still_valid(RUNS, of.__getitem__, of)
    return {name: run["proved"] for name, run in runs.items()}


def prove(ids: Sequence[str]) -> Iterator[Proof]:
    """Run the tests of these hazards, each in programs that begin with the control off."""
    log = {hazard.id: hazard for hazard in read_hazards(ROOT)}
    known = controls()
    for name in ids:
        hazard, control = log[name], known[name]
        before, _ = _run(hazard.test, "")
        after, why = _run(hazard.test, _replacements(control))
        yield Proof(hazard, control["off"], before, after, why)


def _replacements(control: dict[str, str]) -> str:
    return ",".join(f"{place}={control['by']}" for place in control["off"].split())


def _prove_all(ids: Sequence[str], tell: Callable[[Proof], None]) -> None:
    """Prove in forks what can be; the rest, one by one, by programs that begin with it off."""
    log = {hazard.id: hazard for hazard in read_hazards(ROOT)}
    known, proved = controls(), set()

    def fell(name: str, why: str) -> None:
        proved.add(name)
        tell(Proof(log[name], known[name]["off"], _PASSED, _FAILED, why[:_WIDTH]))

    try_in_forks({name: (log[name].test, _replacements(known[name])) for name in ids}, fell)
    for proof in prove([name for name in ids if name not in proved]):
        tell(proof)


def _run(test: str, off: str) -> tuple[int, str]:
    """Run one test in a process of its own; return pytest's exit code, and why it failed."""
    outside = {name: text for name, text in os.environ.items() if name not in _OF_THIS_RUN}
    # Under pytest this process is listened to: the program would come before its replacements.
    others = outside.get("PYTHONPATH", "").split(os.pathsep)
    path = os.pathsep.join([str(ROOT), *(one for one in others if one not in ("", _LISTENING))])
    plugins = ("-p", "no:cacheprovider", "-p", "tests.support.turned_off.now")
    try:
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
    except subprocess.TimeoutExpired:
        return _ENDLESS, f"more than {_LONGEST_SECONDS} s"
    # A test that cannot even be set up fails for another reason than its own.
    code = -1 if "\nERROR " in done.stdout else done.returncode
    reasons = [line[1:].strip() for line in done.stdout.splitlines() if line.startswith("E ")]
    return code, next(iter(reasons), "")[:_WIDTH]


def main(ids: Sequence[str]) -> int:
    """Print the table, and how many rows are proved, not proved, and not tried yet."""
    of, before = digests(), tried()
    unknown = [name for name in ids if name not in of]
    if unknown:
        sys.stderr.write(f"no control is named in controls.yaml for: {', '.join(unknown)}\n")
        return 2

    def tell(proof: Proof) -> None:
        kept_runs.keep_run(RUNS, proof.hazard.id, of[proof.hazard.id], proved=proof.holds)
        sys.stdout.write(f"{proof}\n")
        sys.stdout.flush()

    if left := ids or [name for name in of if not before.get(name)]:
        _prove_all(left, tell)
    now, rows = tried(), sum(1 for _ in read_hazards(ROOT))
    proved = sum(now.values())
    failed = [name for name, holds in now.items() if not holds]
    sys.stdout.write(
        f"{proved} of {rows} proved, {rows - len(now)} not tried since they changed, "
        f"{len(failed)} not proved: {', '.join(failed) or 'none'}.\n"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
