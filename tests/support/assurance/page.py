"""The page of a run: what was compared, what differs, and how to run it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from ruamel.yaml import YAML

from schedules.version import VERSION
from tests.support.assurance.tally import Tally
from tests.support.places import ROOT

PAGE = ROOT / "docs" / "assurance.md"
_AGAINST = {
    "scalars": "fractions of `dosing/calculation/second.py`; rounded the same, else to 10^-12",
    "columns": "the same fractions, row by row from the text of the cells",
    "bands": "the same fractions; every end of a band is among the doses",
    "packs": "a table of all totals, made coin by coin",
    "infusions": "fractions of `dosing/infusion/second.py`, every step, to 10^-9",
    "formulas": "50 digits of decimal arithmetic, to 10^-12",
    "dates": "the solver of `dosebench/`, which imports nothing of the program",
}


def page(found: Mapping[str, Tally], seconds: float) -> str:
    """Return the text of docs/assurance.md."""
    compared = sum(tally.compared.total() for tally in found.values())
    different = [asked for tally in found.values() for asked in tally.different]
    numbers = found["dates"].compared.total()
    return "\n".join(
        (
            "# Assurance",
            "",
            f"Made by `make assurance`, with Posology {VERSION}. Do not edit it: run it again.",
            "",
            f"**{len(different)} differences in {compared:,} comparisons**, {numbers:,} of them",
            "the dates of whole plans,",
            f"in {seconds / 60:.0f} minutes of processor time.",
            "",
            "| what | compared | stopped or not given | differences |",
            "| --- | --- | --- | --- |",
            *_rows(found),
            "",
            "## Against what",
            "",
            *(f"- {name}: {against}" for name, against in _AGAINST.items()),
            "",
            *(f"- differs: {asked}" for asked in different),
            "## What else is proved, and by which command",
            "",
            "| proof | figure | command |",
            "| --- | --- | --- |",
            *_proofs(),
            "",
        )
    )


def _rows(found: Mapping[str, Tally]) -> Iterator[str]:
    for tally in found.values():
        for kind in sorted(tally.compared | tally.without):
            wrong = "see below" if tally.different else "0"
            yield f"| {kind} | {tally.compared[kind]:,} | {tally.without[kind]:,} | {wrong} |"


def _proofs() -> Iterator[str]:
    hazards = (ROOT / "hazards.yaml").read_text(encoding="utf-8").count("- id: H")
    stated = YAML(typ="safe").load(ROOT / "tests" / "mutation" / "modules.yaml")
    survivors = sum(len(module.get("equivalent") or {}) for module in stated.values())
    fuzzed = json.loads((ROOT / "tests" / "fuzz" / "runs.json").read_text(encoding="ascii"))
    items = sum(
        len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "dosebench" / "items").glob("*.jsonl")
    )
    yield f"| controls turned off, one by one | {hazards} hazards | `make hazards` |"
    yield (
        f"| rules changed, one by one | {len(stated)} modules; {survivors} mutants that change "
        "nothing, each with its reason | `make mutation` |"
    )
    yield (
        f"| doors fed from grammars | {sum(fuzzed.values()):,} inputs at {len(fuzzed)} doors, none "
        "of which fell | `make fuzz` |"
    )
    yield "| laws for all numbers and dates | 50 lemmas | `make lemmas` |"
    yield f"| DoseBench, answered in full | {items:,} items | `python -m dosebench` |"
