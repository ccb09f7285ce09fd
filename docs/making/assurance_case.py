"""The page docs/assurance-case.md: claim, argument and evidence, from hazards.yaml and the runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from docs.making.hazards import read_hazards
from docs.making.tables import table

_HEAD = """# Assurance case

Made by `make docs` from [hazards.yaml](../hazards.yaml) and [assurance.md](assurance.md). The
makers argue it; **no clinician and no auditor has accepted it**, and no standard is claimed.

**Claim.** Used as [intended](intended-use.md), by people who check what they are shown, Posology
gives no dose and no date other than those which follow from the files and from what was typed;
where it cannot, it says so and gives none.
"""

# What is claimed below it, why that should convince, and what shows it.
_ARGUMENTS = (
    (
        "The arithmetic is right",
        "each dose is calculated twice by code that shares nothing, and laws hold for all numbers",
        "[assurance.md](assurance.md), `make lemmas`, `dosebench/`",
    ),
    (
        "The dates are right",
        "plans are compared with a generator of dates that imports nothing of the program",
        "[assurance.md](assurance.md), `tests/golden/`, `tests/historic/`",
    ),
    (
        "The figures are those of their sources",
        "each names its source; two people read it, the second a pharmacist; a wrong figure fails",
        "`tests/schedules/library/`, [therapies.md](therapies.md)",
    ),
    (
        "What could harm is known and controlled",
        "each hazard has a control; with the control turned off the named test fails",
        "[HAZARDS.md](../HAZARDS.md), `make hazards`",
    ),
    (
        "The tests would notice",
        "each rule is changed in turn, and a test fails",
        "`make mutation`, `tests/mutation/modules.yaml`",
    ),
    (
        "Nothing that comes in is taken for something else",
        "each door refuses in words what it cannot use",
        "`make fuzz`, `tests/doors/`",
    ),
    (
        "What was decided stays as it was decided",
        "records are chained, signatures cover a content, old files are read as they were meant",
        "[records.md](records.md), `tests/records/old_stores/`",
    ),
)
_COMPARED = re.compile(r"\*\*(\d+ differences in [\d,]+ comparisons)")


def assurance_case(root: Path) -> str:
    """Return the page."""
    rows = table(("claim", "argument", "evidence"), _ARGUMENTS)
    return "\n".join((_HEAD, rows, "", "## In figures", "", *_figures(root), "", _AGAINST))


def _figures(root: Path) -> Iterator[str]:
    hazards = list(read_hazards(root))
    run = (root / "docs" / "assurance.md").read_text(encoding="utf-8")
    compared = _COMPARED.search(run)
    yield f"- {len(hazards)} hazards, each with its control, its test and its residual risk"
    for severity in ("catastrophic", "critical", "serious", "minor"):
        of_it = sum(hazard.severity == severity for hazard in hazards)
        yield f"    - {of_it} that would be {severity} without the control"
    yield f"- {compared[1] if compared else 'no comparison'} in the last run"


_AGAINST = """## What speaks against it

- No clinician has endorsed a regimen, and none has reviewed the hazards.
- A wrong figure that two people have read as right is calculated exactly, and wrong.
- What nobody typed is not known: an allergy, a second drug, the weight of today.
- Nobody outside has audited the program, and it has not been used on a ward.
"""
