"""What else is proved: the laws and DoseBench are run here, the longer runs kept their figures."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from docs.making.hazards import read_hazards
from dosebench.adapters import posology
from dosebench.items import read_items
from dosebench.run import is_right
from tests.fuzz.__main__ import RUNS as FUZZED
from tests.lemmas.all_lemmas import ALL
from tests.support.hazard_proof import tried as tried_hazards
from tests.support.mutation import MODULES
from tests.support.mutation import tried as tried_modules
from tests.support.places import ROOT


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How much of something holds, said with its figures, and the command that shows it."""

    what: str
    figure: str
    command: str
    holds: bool

    def __str__(self) -> str:
        """Return it as a row of the page."""
        return f"| {self.what} | {self.figure} | `{self.command}` |"


def prove() -> Iterator[Proof]:
    """Run what is quick, and read what the last runs of the others kept."""
    yield _laws()
    yield _bench()
    yield _mutants(tried_modules())
    yield _doors(_kept(FUZZED))
    yield _controls(tried_hazards())


def _kept(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
    return found


def _laws() -> Proof:
    held = sum(not lemma.counterexample(broken=False) for lemma in ALL)
    caught = sum(bool(lemma.counterexample(broken=True)) for lemma in ALL)
    return Proof(
        what="laws for all numbers and dates",
        figure=f"{held} of {len(ALL)} proved; of as many broken rules {caught} harm a patient",
        command="make lemmas",
        holds=held == caught == len(ALL),
    )


def _bench() -> Proof:
    items = list(read_items())
    right = sum(is_right(item, posology.answer(item["question"])) for item in items)
    return Proof(
        what="DoseBench",
        figure=f"{right:,} of {len(items):,} items answered right",
        command="python -m dosebench run",
        holds=right == len(items),
    )


def _mutants(runs: dict[str, dict[str, int]]) -> Proof:
    tried, noticed, equivalent = (
        sum(run[figure] for run in runs.values()) for figure in ("mutants", "noticed", "equivalent")
    )
    survived = tried - noticed - equivalent
    modules = len(YAML(typ="safe").load(MODULES))
    return Proof(
        what="rules changed, one by one",
        figure=f"{len(runs)} of {modules} modules tried: of {tried:,} mutants {noticed:,} noticed, "
        f"{equivalent} change nothing or were tried by hand (each with its reason), "
        f"{survived} survived",
        command="make mutation",
        holds=not survived,
    )


def _doors(runs: dict[str, dict[str, int]]) -> Proof:
    inputs, fell = (sum(run[figure] for run in runs.values()) for figure in ("inputs", "fell"))
    return Proof(
        what="doors fed from grammars",
        figure=f"{inputs:,} inputs at {len(runs)} doors, {fell} of which fell",
        command="make fuzz",
        holds=not fell,
    )


def _controls(runs: dict[str, bool]) -> Proof:
    hazards = sum(1 for _ in read_hazards(ROOT))
    return Proof(
        what="controls turned off, one by one",
        figure=f"{len(runs)} of {hazards} hazards tried: {sum(runs.values())} proved",
        command="make hazards",
        holds=all(runs.values()),
    )
