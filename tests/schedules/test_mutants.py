"""A wrong figure in a regimen file is refused when it is read: every figure is made wrong in turn.

Each number, quantity, date and list of days of every regimen file is changed by a slip of hand:
ten times, a tenth, a thousandth, mg for g, per kg for per m2, one more, one less. A mutant is
refused when the library does not load. Those that load are named below, each with the reason.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from dosing.errors import KnowledgeError
from schedules.library import Library, read_library, replays
from schedules.regimen import Regimen
from tests.schedules.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    ROOT,
    THIOCTIC,
    library,
)
from tests.schedules.shelf import shelf

ONE_DAY = dt.timedelta(days=1)
QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?) ([a-zA-Z].*)")
SPAN_OF_DAYS = re.compile(r"([0-9]+) to ([0-9]+)")
EXPECTED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(.*) ([0-9.]+) (m?g)")
SWAPPED_UNITS = (("mg", "g"), ("g", "mg"), ("/kg", "/m2"), ("/m2", "/kg"), ("cm", "m"))

Path_ = tuple[str | int, ...]


def written(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")


def slips(value: Any) -> Iterator[Any]:
    """Give the wrong values that a slip of hand makes of a value; text gives none."""
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield from (value * 10, value + 1, value - 1)
        if value % 10 == 0:
            yield value // 10
    elif isinstance(value, dt.date):
        yield from (value + ONE_DAY, value - ONE_DAY)
    elif isinstance(value, str) and (match := SPAN_OF_DAYS.fullmatch(value)):
        first, last = int(match[1]), int(match[2])
        yield from (f"{first} to {last + 1}", f"{first} to {last - 1}", f"{first + 1} to {last}")
    elif isinstance(value, str) and (match := QUANTITY.fullmatch(value)):
        number, unit = float(match[1]), match[2]
        for wrong in (number * 10, number / 10, number / 1000, number + 1, number - 1):
            yield f"{written(wrong)} {unit}"
        for one, other in SWAPPED_UNITS:
            if unit == one or (one[0] == "/" and one in unit) or unit.startswith(f"{one}/"):
                yield f"{match[1]} {unit.replace(one, other, 1)}"
    elif isinstance(value, str) and (match := EXPECTED.fullmatch(value)):
        date, between, amount, unit = match.groups()
        later = dt.date.fromisoformat(date) + ONE_DAY
        yield f"{later}{between} {amount} {unit}"
        yield f"{date}{between} {written(float(amount) * 10)} {unit}"
        yield f"{date}{between} {amount} {'g' if unit == 'mg' else 'mg'}"
    elif isinstance(value, list) and value and all(type(part) is int for part in value):
        yield from ([*value, value[-1] + 7], value[:-1])


def leaves(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Give every place of a file that could hold a figure; words of sources are no figures."""
    if isinstance(node, dict):
        for key, part in node.items():
            if path == () and key in {"sources", "errata", "title", "about", "id"}:
                continue
            yield from leaves(part, (*path, key))
        return
    yield path, node
    if isinstance(node, list):
        for number, part in enumerate(node):
            yield from leaves(part, (*path, number))


def put(document: Any, path: Path_, value: Any) -> Any:
    changed = copy.deepcopy(document)
    node = changed
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    return changed


def refused_at_once(document: Any) -> bool:
    """Tell whether the model or a worked example refuses it (a part of what the library does)."""
    try:
        regimen = Regimen.model_validate(document)
    except ValidationError:
        return True
    real = library()
    known = real.knowledge_for(real.regimen(regimen.id))
    alone = Library({regimen.id: regimen}, real.drugs, known, real.site)
    return not all(replays(regimen, alone))


def refused_by_the_library(folder: Path, name: str, document: Any) -> bool:
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump(document, text)
    (folder / "regimens" / f"{name}.yaml").write_text(text.getvalue(), encoding="utf-8")
    try:
        read_library(folder, only=name)
    except KnowledgeError:
        return True
    return False


def said(path: Path_) -> str:
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in path)


def mutants(name: str) -> Iterator[tuple[str, Any, Any]]:
    text = (ROOT / "regimens" / f"{name}.yaml").read_text(encoding="utf-8")
    document = YAML(typ="safe", pure=True).load(text)
    for path, value in leaves(document):
        for wrong in slips(value):
            yield said(path), wrong, put(document, path, wrong)


# Why a wrong figure may pass the reading of a file. No dose and no day of a dose is among them.
NO_DOSE = "is not a figure of a dose"
BOOKING = "a length of a booking; it moves no dose, and no second figure in the file confirms it"
WINDOW = "a proposal for later changes; no dose of the regimen uses it up"
BLOOD_TEST = "the day of a blood test, not of a dose"
OFFER = "bounds an offer; what is chosen stands in the plan, and no example uses this end of it"
SMALL_SLIP = "a slip so small that the rounded dose of the example is the same"
AGE = "the age of an example, on which the dose does not depend"
KIDNEY = "the creatinine of an example, on which the dose does not depend"
HEIGHT = "the height of an example, on which a dose per kg does not depend"

SURVIVORS: dict[str, dict[str, str]] = {
    RITUXIMAB: {
        "version": NO_DOSE,
        "reviewed due": NO_DOSE,
        "phases 1 gives 1 takes first": BOOKING,
        "phases 1 gives 1 takes later": BOOKING,
        "phases 1 gives 1 window early": WINDOW,
        "phases 1 gives 1 window late": WINDOW,
        "phases 1 gives 1 window least_gap": WINDOW,
        "examples 1 patient weight": SMALL_SLIP,
        "examples 1 patient height": SMALL_SLIP,
        "examples 1 patient age": AGE,
        "examples 2 patient weight": SMALL_SLIP,
        "examples 2 patient height": SMALL_SLIP,
        "examples 2 patient age": AGE,
    },
    CYCLOPHOSPHAMIDE: {
        "version": NO_DOSE,
        "reviewed due": NO_DOSE,
        "phases 1 gives 1 takes first": BOOKING,
        "phases 1 gives 1 takes later": BOOKING,
        "phases 1 gives 1 window late": WINDOW,
        "phases 1 gives 1 window least_gap": WINDOW,
        "phases 1 monitor 1 days": BLOOD_TEST,
        "phases 1 monitor 1 days 1": BLOOD_TEST,
        "examples 1 patient weight": SMALL_SLIP,
        "examples 1 patient height": SMALL_SLIP,
        "examples 1 patient age": AGE,
        "examples 1 patient creatinine": KIDNEY,
        "examples 2 patient weight": SMALL_SLIP,
        "examples 2 patient height": SMALL_SLIP,
        "examples 2 patient age": AGE,
        "examples 2 patient creatinine": KIDNEY,
    },
    IMMUNOGLOBULIN: {
        "version": NO_DOSE,
        "reviewed due": NO_DOSE,
        "choices 1 number 1": OFFER,
        "choices 1 number 2": OFFER,
        "choices 2 days 1": OFFER,
        "choices 2 days 2": OFFER,
        "phases 1 gives 1 takes first": BOOKING,
        "phases 1 gives 1 takes later": BOOKING,
        "examples 1 patient weight": SMALL_SLIP,
        "examples 1 patient height": HEIGHT,
        "examples 1 patient age": AGE,
        "examples 2 patient weight": SMALL_SLIP,
        "examples 2 patient height": HEIGHT,
        "examples 2 patient age": AGE,
    },
    THIOCTIC: {
        "version": NO_DOSE,
        "reviewed due": NO_DOSE,
        "choices 1 days 1": OFFER,
        "choices 1 days 2": OFFER,
        "phases 1 gives 1 takes first": BOOKING,
        "phases 1 gives 1 takes later": BOOKING,
        "examples 1 patient age": AGE,
        "examples 2 patient age": AGE,
        "examples 3 patient age": AGE,
        "examples 4 patient age": AGE,
    },
}

# What a dose is made of: how much, to which step, in all, on which days, how often.
OF_A_DOSE = re.compile(
    r"phases \d+ (cycle (every|count)|length|gives \d+ (dose|round to|cap amount|fraction|"
    r"doses_a_day|per_cycle|per_course|times|days( \d+)?))"
)
OF_AN_EXAMPLE = re.compile(r"examples \d+ (start|expect \d+|choose \w+)")


@pytest.mark.hazard("H17")
@pytest.mark.parametrize("name", ALL)
def test_a_wrong_figure_in_a_regimen_file_is_refused_unless_it_is_named_here(
    name: str, tmp_path: Path
) -> None:
    folder = shelf(tmp_path)
    survivors: dict[str, list[Any]] = {}
    refused = 0
    of_a_dose = of_an_example = 0
    for number, (place, wrong, document) in enumerate(mutants(name)):
        of_a_dose += bool(OF_A_DOSE.fullmatch(place))
        of_an_example += bool(OF_AN_EXAMPLE.fullmatch(place))
        at_once = refused_at_once(document)
        # What the quick way refuses, the library refuses too; every twentieth shows it.
        if at_once and number % 20:
            refused += 1
        elif refused_by_the_library(folder, name, document):
            refused += 1
        else:
            assert not at_once, f"{place}: {wrong} was refused by its model, not by the library"
            survivors.setdefault(place, []).append(wrong)
    assert set(survivors) == set(SURVIVORS[name]), survivors
    assert not [place for place in survivors if OF_A_DOSE.fullmatch(place)]
    assert not [place for place in survivors if OF_AN_EXAMPLE.fullmatch(place)]
    # A mutation test without mutants would pass too.
    assert (of_a_dose >= 6, of_an_example >= 6, refused >= 70) == (True, True, True)


def test_the_unchanged_files_load_by_the_same_way(tmp_path: Path) -> None:
    folder = shelf(tmp_path)
    for name in ALL:
        text = (ROOT / "regimens" / f"{name}.yaml").read_text(encoding="utf-8")
        document = YAML(typ="safe", pure=True).load(text)
        assert not refused_at_once(document)
        assert not refused_by_the_library(folder, name, document)


def test_the_slips_of_hand_are_those_that_were_meant() -> None:
    assert list(slips("375 mg/m2")) == [
        "3750 mg/m2", "37.5 mg/m2", "0.375 mg/m2", "376 mg/m2", "374 mg/m2",
        "375 g/m2", "375 mg/kg",
    ]  # fmt: skip
    assert list(slips([1, 8])) == [[1, 8, 15], [1]]
    assert list(slips("1 to 5")) == ["1 to 6", "1 to 4", "2 to 5"]
    assert list(slips("2026-11-30 rituximab 700 mg")) == [
        "2026-12-01 rituximab 700 mg", "2026-11-30 rituximab 7000 mg", "2026-11-30 rituximab 700 g",
    ]  # fmt: skip
    assert list(slips("0.4 g/kg"))[-2:] == ["0.4 mg/kg", "0.4 g/m2"]
    assert list(slips("a word")) == []
