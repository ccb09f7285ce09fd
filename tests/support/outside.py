"""Reads the cases that come from outside this program."""

from __future__ import annotations

import csv
import json
from typing import Any

from tests.support.places import TESTS

FOLDER = TESTS / "cases"
SEX = {"M": "male", "F": "female"}


def rows(*names: str) -> list[dict[str, str]]:
    """Return the rows of the named files, those under CC-BY-SA among them."""
    found: list[dict[str, str]] = []
    for name in names:
        with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found.extend(csv.DictReader(file))
    return found


def chosen(*names: str, **wanted: str) -> list[dict[str, str]]:
    """Return the rows whose columns hold the wanted values; there must be some."""
    found = [row for row in rows(*names) if all(row[key] == wanted[key] for key in wanted)]
    if not found:
        raise ValueError(f"no case in {names} with {wanted}")
    return found


def case_id(row: dict[str, str]) -> str:
    """Name a test by its case."""
    return row["id"]


def holds(row: dict[str, str], result: Any) -> bool:
    """Return whether a result lies where the source says."""
    return float(row["expected_low"]) <= float(result) <= float(row["expected_high"])


CHECKS: dict[str, Any] = json.loads((FOLDER / "formula_check_values.json").read_text("utf-8"))
