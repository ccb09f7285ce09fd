"""The 22 disagreements between the source article and the guidelines, each in a regimen."""

from __future__ import annotations

import collections
from typing import Any

import pytest
from ruamel.yaml import YAML

from schedules.library.reader import read_library
from tests.support.places import ROOT

# By their numbers in the fact sheet: what the article prints, in a few words of that print.
PRINTED = {
    1: "0.4 mg/kg",
    2: "0.4 mg/kg",
    3: "every 1-2 months",
    4: "no maintenance",
    5: "usually ineffective",
    6: "per day every other day",
    7: "after 2 months reduce",
    8: "azathioprine cover",
    9: "5 mg/kg/day",
    10: "0.25-3 g/day",
    11: "1-2 mg/kg per day",
    12: "monthly for 6 months",
    13: "two plasmapheresis sessions",
    14: "plasmapheresis",
    15: "once a week for 4 weeks",
    16: "Sumner-Lewis",
    17: "positive effect",
    18: "support",
    19: "remove antibodies",
    20: "without a most",
    21: "remission",
    22: "1 to 2 months",
}


def errata() -> dict[int, list[tuple[str, dict[str, Any]]]]:
    found: dict[int, list[tuple[str, dict[str, Any]]]] = collections.defaultdict(list)
    for path in sorted((ROOT / "regimens").glob("*.yaml")):
        document = YAML(typ="safe", pure=False).load(path.read_text(encoding="utf-8"))
        for erratum in document.get("errata", []):
            for row in erratum.get("rows", []):
                found[row].append((path.stem, erratum))
    return found


def test_each_of_the_22_disagreements_stands_in_a_regimen() -> None:
    found = errata()
    assert sorted(found) == sorted(PRINTED) == list(range(1, 23))
    for row, entries in found.items():
        for name, erratum in entries:
            assert PRINTED[row] in str(erratum["prints"]), (row, name)
            assert erratum["means"] != erratum["prints"], (row, name)
            assert erratum["why"], (row, name)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("mycophenolate", {10, 20}), ("plasma-exchange-5-alternate-days", {5, 14, 21})],
)
def test_a_numbered_erratum_is_read_with_its_regimen(name: str, wanted: set[int]) -> None:
    regimen = read_library(ROOT, only=name).regimen(name)
    assert {row for erratum in regimen.errata for row in erratum.rows} == wanted
