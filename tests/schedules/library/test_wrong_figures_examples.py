"""What holds a wrong figure besides its reading: totals, limits and worked examples.

The four regimens that the tests know by heart, with readings that say the wrong figure. A mutant is
refused when the library does not load. No figure of a dose and none of its days gets through;
what gets through stands below with the reason, and is what the reading is for.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from dosing.errors import KnowledgeError
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.library.reader import read_library
from schedules.library.replay import example_problems
from tests.support.places import ROOT
from tests.support.planning import ALL, library
from tests.support.shelf import read_anew, shelf
from tests.support.slips import slips, wrong_values
from tests.support.written import written


def refused_at_once(document: Any) -> bool:
    """Return whether the model or a worked example refuses it (part of what the library does)."""
    full = written(document)
    if full.problems:
        return True
    try:
        regimen = Regimen.model_validate(full.document)
    except ValidationError:
        return True
    real = library()
    known = real.knowledge_for(real.regimen(regimen.id))
    alone = Library({regimen.id: regimen}, real.drugs, known, real.site)
    # The first example that comes out otherwise is enough.
    return next(example_problems(regimen, alone), None) is not None


def refused_by_the_library(folder: Path, name: str, document: Any) -> bool:
    text = io.StringIO()
    YAML(typ="safe", pure=False).dump(document, text)
    (folder / "regimens" / f"{name}.yaml").write_text(text.getvalue(), encoding="utf-8")
    try:
        read_library(read_anew(folder), only=name)
    except KnowledgeError:
        return True
    return False


def document_of(name: str) -> Any:
    text = (ROOT / "regimens" / f"{name}.yaml").read_text(encoding="utf-8")
    return YAML(typ="safe", pure=False).load(text)


def mutants(name: str) -> Iterator[tuple[str, Any, Any]]:
    for slip in slips(document_of(name)):
        yield slip.said, slip.wrong, slip.document


# What only the reading holds. No dose and no day of a dose is among it.
ONLY_READ = {
    r"version|reviewed due": "is not a figure of a dose",
    r"sources \w+": "a source that no figure rests on",
    r"phases \d+ medicines \d+ booked (first|later)": "a length of a booking; it moves no dose",
    r"phases \d+ (monitor|procedures|gates) \d+ window \w+": "for closed days; no example has one",
    r"phases \d+ medicines \d+ window \w+": "for later changes; no dose of the regimen uses it up",
    r"phases \d+ gates \d+ \w+": "how old a result may be; it moves no dose",
    r"phases \d+ monitor \d+ days( \d+)?": "the day of a blood test, not of a dose",
    r"choices \d+ \w+( \d+)?": "bounds an offer; no example uses this end of it",
    r"examples \d+ patient \w+": "a measure on which the dose of the example does not depend",
}

# What a dose is made of: how much, to which step, in all, on which days, how often.
OF_A_DOSE = re.compile(
    r"phases \d+ (cycle (every|count)|length|medicines \d+ (dose|round to|cap amount|fraction|"
    r"per_cycle|per_course|times|days( \d+)?))"
)
OF_AN_EXAMPLE = re.compile(r"examples \d+ (start|expect \d+|choose \w+)")


@pytest.mark.hazard("H17")
@pytest.mark.parametrize("name", ALL)
def test_a_wrong_figure_of_a_dose_is_refused_even_if_its_reading_says_it_too(
    name: str, tmp_path: Path
) -> None:
    folder = shelf(tmp_path, (name, library().regimen(name).drugs[0]))
    survivors: dict[str, list[Any]] = {}
    refused = 0
    of_a_dose = of_an_example = 0
    for number, (place, wrong, document) in enumerate(mutants(name)):
        of_a_dose += bool(OF_A_DOSE.fullmatch(place))
        of_an_example += bool(OF_AN_EXAMPLE.fullmatch(place))
        at_once = refused_at_once(document)
        # What the quick way refuses, the library refuses too; every twentieth shows it.
        if (at_once and number % 20) or refused_by_the_library(folder, name, document):
            refused += 1
        else:
            assert not at_once, f"{place}: {wrong} was refused by its model, not by the library"
            survivors.setdefault(place, []).append(wrong)
    assert not [place for place in survivors if OF_A_DOSE.fullmatch(place)]
    assert not [place for place in survivors if OF_AN_EXAMPLE.fullmatch(place)]
    unnamed = [s for s in survivors if not any(re.fullmatch(r, s) for r in ONLY_READ)]
    assert not unnamed, survivors
    # A mutation test without mutants would pass too.
    assert (of_a_dose >= 6, of_an_example >= 6, refused >= 70) == (True, True, True)


def test_the_unchanged_files_load_by_the_same_way(tmp_path: Path) -> None:
    folder = shelf(tmp_path)
    for name in ALL:
        assert not refused_at_once(document_of(name))
        assert not refused_by_the_library(folder, name, document_of(name))


def wrong(value: Any) -> list[Any]:
    return [slip for _, slip in wrong_values(value)]


def test_the_typos_are_those_that_were_meant() -> None:
    assert wrong("375 mg/m2") == [
        "3750 mg/m2",
        "37.5 mg/m2",
        "0.375 mg/m2",
        "375 g/m2",
        "375 mcg/m2",
        "375 mg/kg",
    ]
    assert wrong([1, 8]) == [[1, 8, 15], [1], [1, 2]]
    assert wrong("1 to 5") == ["1 to 6", "1 to 4", "2 to 5", "1 to 50"]
    assert wrong("every 7 days") == [
        "every 70 days",
        "every 8 days",
        "every 6 days",
        "each day",
    ]
    assert wrong("4 weeks") == [
        "40 weeks",
        "0.4 weeks",
        "0.004 weeks",
        "5 weeks",
        "3 weeks",
        "1 day",
    ]
    assert wrong("2026-11-30 rituximab 700 mg") == [
        "2026-12-01 rituximab 700 mg",
        "2026-11-30 rituximab 7000 mg",
        "2026-11-30 rituximab 700 g",
    ]
    assert wrong("0.4 g/kg")[-2:] == ["0.4 mg/kg", "0.4 g/m2"]
    assert wrong("a word") == []
    turned = [s.document["limits"] for s in slips({"limits": [{"low": "1 mg", "high": "2 mg"}]})]
    assert turned[-1] == [{"low": "2 mg", "high": "1 mg"}]
    away = [s.document for s in slips({"limits": [{"source": "a"}], "sources": {"a": 1, "b": 2}})]
    assert away == [
        {"limits": [{}], "sources": {"a": 1, "b": 2}},
        {"limits": [{"source": "a"}], "sources": {"b": 2}},
        {"limits": [{"source": "a"}], "sources": {"a": 1}},
    ]
