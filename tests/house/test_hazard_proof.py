"""The proof of the hazard table names rows, places and replacements that exist."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

from docs.making.hazards import read_hazards
from tests.support.hazard_proof import controls, prove
from tests.support.places import ROOT
from tests.support.turned_off import instead


def test_each_control_that_can_be_turned_off_is_of_a_row_and_has_a_replacement() -> None:
    log = {hazard.id for hazard in read_hazards(ROOT)}
    assert set(controls()) <= log
    assert not [name for name, one in controls().items() if not hasattr(instead, one["by"])]


def test_every_row_has_a_control_that_can_be_turned_off() -> None:
    rows = [hazard.id for hazard in read_hazards(ROOT)]
    assert rows
    assert not [row for row in rows if row not in controls()]


def test_a_row_is_proved_where_its_test_passes_and_fails_without_its_control() -> None:
    """One of them here, the quickest; `make hazards` tries them all."""
    (proof,) = prove(["H11"])
    assert (proof.holds, proof.as_it_is, proof.turned_off) == (True, 0, 1)
    assert not dataclasses.replace(proof, turned_off=0).holds


def test_every_place_exists_and_is_replaced() -> None:
    places = [f"{place}={one['by']}" for one in controls().values() for place in one["off"].split()]
    lines = ["from tests.support.turned_off.replacing import replace"]
    lines += [f"replace(*{place.split('=')!r})" for place in dict.fromkeys(places)]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
