"""One door per library, one place that asks the clock, one place that rounds."""

from __future__ import annotations

import ast
import functools
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import ROOT

ROOMS = ("commands", "dosing", "records", "schedules", "screens")

DOORS = {
    "pint": {"dosing/units.py"},
    "ruamel": {"schedules/knowledge/yaml_file.py"},
    "icalendar": {
        "schedules/outputs/calendar/event.py",
        "schedules/outputs/calendar/ics.py",
        "schedules/outputs/calendar/reading.py",
        "schedules/outputs/calendar/vtimezone.py",
    },
    "fpdf": {"schedules/outputs/paper/glyphs.py", "schedules/outputs/paper/structure.py"},
    "segno": {"schedules/outputs/paper/pdf.py"},
    # The door for programmers names the type of what it returns.
    "pandas": {"schedules/door.py", "schedules/outputs/table.py"},
    "requests": {"schedules/outputs/calendar/caldav.py"},
    "holidays": {"schedules/knowledge/public_holidays.py"},
    "sqlalchemy": {
        "records/chain.py",
        "records/conditions.py",
        "records/database.py",
        "records/feeds.py",
        "records/guards.py",
        "records/heads.py",
        "records/lifetime.py",
        "records/listing.py",
        "records/models.py",
        "records/migrations/versions/begin.py",
        "records/migrations/versions/feeds.py",
        "records/migrations/versions/list_plans.py",
        "records/migrations/versions/points.py",
        "records/verified.py",
        "records/proved.py",
        "records/store.py",
        "records/tables.py",
        "records/transfer.py",
        "records/uses.py",
    },
    "alembic": {
        "records/database.py",
        "records/migrations/env.py",
        "records/migrations/versions/begin.py",
        "records/migrations/versions/feeds.py",
        "records/migrations/versions/list_plans.py",
        "records/migrations/versions/points.py",
    },
    "starlette": {"screens/access/door.py", "screens/access/feed.py", "screens/access/gate.py"},
    "argcomplete": {"commands/completion.py", "commands/program.py"},
    "rich": {"commands/columns.py", "commands/progress.py"},
    "platformdirs": {"records/place.py", "schedules/library/private_files.py"},
    "tomllib": {"dosing/plausibility.py"},
    "xlsxwriter": {"schedules/outputs/workbook.py"},
    "pydantic": {
        "dosing/drugs/drug.py",
        "dosing/drugs/conditions.py",
        "dosing/calculation/clearance.py",
        "dosing/drugs/file_model.py",
        "dosing/drugs/file_quantities.py",
        "dosing/drugs/proposed_change.py",
        "dosing/drugs/rate_ladder.py",
        "dosing/drugs/safety.py",
        "dosing/drugs/adjustment.py",
        "dosing/drugs/weight_rule.py",
        "schedules/plans/changes.py",
        "schedules/knowledge/branch.py",
        "schedules/knowledge/capacity.py",
        "schedules/knowledge/choice.py",
        "schedules/plans/wrong_values.py",
        "schedules/outputs/fhir/parts.py",
        "schedules/knowledge/medicine.py",
        "schedules/knowledge/phase.py",
        "schedules/plans/patient_entry.py",
        "schedules/plans/plan.py",
        "schedules/knowledge/regimen.py",
        "schedules/knowledge/short_forms.py",
        "schedules/library/replay.py",
        "schedules/knowledge/site.py",
        "schedules/knowledge/terms.py",
        "schedules/knowledge/span.py",
        "schedules/knowledge/model_file.py",
        "screens/parts/draft.py",
    },
}


def sources() -> list[Path]:
    files = [
        ROOT / "app.py",
        ROOT / "serve.py",
        *(path for room in ROOMS for path in (ROOT / room).rglob("*.py")),
    ]
    assert len(files) > 20
    return files


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@functools.cache
def parsed() -> list[tuple[str, list[ast.AST]]]:
    """Return every file with the nodes of its syntax tree, parsed and walked once."""
    return [
        (place(path), list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
        for path in sources()
    ]


@functools.cache
def imports() -> dict[str, set[str]]:
    """Return what each file imports."""
    return {file: set(imported(nodes)) for file, nodes in parsed()}


def users(library: str) -> set[str]:
    """Return the files that import a library."""
    return {file for file, names in imports().items() if library in names}


@pytest.mark.parametrize("library", DOORS)
def test_a_library_comes_in_by_its_one_door(library: str) -> None:
    assert users(library) == DOORS[library]


def test_streamlit_is_known_to_the_app_and_its_screens_only() -> None:
    found = users("streamlit")
    assert "app.py" in found
    assert all(file in {"app.py", "serve.py"} or file.startswith("screens/") for file in found)


def test_the_clock_is_asked_in_one_place() -> None:
    asking = set()
    for file, nodes in parsed():
        for node in nodes:
            if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow", "time"}:
                owner = node.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                if (node.attr != "time" and name in {"datetime", "date", "dt"}) or name == "time":
                    asking.add(file)
    assert asking == {"dosing/clock.py"}


def test_the_clock_is_known_only_where_a_person_is() -> None:
    """The door for programmers is a face too: it dates a plan whose day the caller left open."""
    knowing = {
        file
        for file, nodes in parsed()
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        and (
            node.module == "dosing.clock"
            or (node.module == "dosing" and "clock" in {alias.name for alias in node.names})
        )
    }
    assert {"commands/plan.py", "schedules/door.py", "screens/state/clock.py"} <= knowing
    assert all(
        file == "schedules/door.py" or file.startswith(("commands/", "screens/"))
        for file in knowing
    ), knowing


def test_in_the_tests_it_is_always_the_same_day() -> None:
    asked = "from commands.plan import now; print(now().date())"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    doors = ("commands.plan", "commands.records", "schedules.door", "screens.state.clock")
    here = {f"{vars(importlib.import_module(name))['now']().date()}" for name in doors}
    assert here == {done.stdout.strip()} == {"2026-11-27"}


def test_nothing_rounds_a_dose_outside_rounding() -> None:
    """``floor`` and ``ceil`` decide a dose; they stand in rounding.py alone."""
    found = {
        file
        for file, nodes in parsed()
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr in {"floor", "ceil", "rint", "trunc"}
    }
    assert found == {"dosing/rounding.py"}


def test_no_dose_is_clamped_in_silence() -> None:
    """A bare ``min(`` or ``max(`` on a dose hides a cap; those left only pick from lists."""
    found = set()
    for file, nodes in parsed():
        if file not in {
            "dosing/calculation/calculate.py",
            "dosing/calculation/limits.py",
            "dosing/calculation/second.py",
            "dosing/calculation/stages.py",
        }:
            continue
        for node in nodes:
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"min", "max"}:
                found.add(f"{file}:{node.lineno}")
            if isinstance(node, ast.Attribute) and node.attr in {"clip", "minimum", "maximum"}:
                found.add(f"{file}:{node.lineno}")
    assert not found


def test_no_module_bears_a_name_that_says_nothing() -> None:
    nothing = {"utils", "helpers", "common", "core", "services", "manager", "pages"}
    # Below the folder of the program: what lies above it is not ours to name.
    named = [Path(place(path)).with_suffix("") for path in sources()]
    assert not [path for path in named if set(path.parts) & nothing]
