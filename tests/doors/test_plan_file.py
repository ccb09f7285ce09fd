"""The door of plan files: JSON that somebody saved, cut, changed or made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands.inputs import read_plan
from schedules.course.work_out import work_out
from schedules.plans.plan import Plan
from tests.doors.answering import answer, each, nested
from tests.support.planning import RITUXIMAB, library, planned

GOOD = planned(RITUXIMAB).to_json()
CHANGE = {"who": "AB", "when": "2026-12-20T09:00:00Z", "why": "neutrophils 0.9"}


def with_value(value: object, *place: str | int) -> str:
    """Return the plan file with another value in a place."""
    content = json.loads(GOOD)
    node = content
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = value
    return json.dumps(content)


def with_text(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def change(**more: object) -> str:
    return with_value([{**CHANGE, **more}], "changes")


# the text of the file, a word of the answer
FILES = [
    ("", "plan file"),
    (" \n", "plan file"),
    ("null", "plan file"),
    ("7", "plan file"),
    ("[]", "plan file"),
    ('"plan"', "plan file"),
    ("{}", "format"),
    ("{", "plan file"),
    (GOOD[:-20], "plan file"),
    (GOOD + GOOD, "plan file"),
    (GOOD + "x", "plan file"),
    ("\x00" * 1000, "plan file"),
    (GOOD.replace('"', "'"), "plan file"),
    (nested("[", "]"), "plan file"),
    (nested('{"a":', "}"), "plan file"),
    ("[" * 1_000_000, "plan file"),
    ('"' + '\\"' * 500_000, "plan file"),
    (with_value(json.loads(nested("[", "]", 900)), "changes"), "plan file"),
    (with_text('"zone": "Europe/London"', '"zone": "UTC", "zone": "Europe/London"'), "twice"),
    (with_text('"weight": "70 kg"', '"weight": "7 kg", "weight": "70 kg"'), "twice"),
    (with_text('"format": 1', '"format": 1, "format": 1'), "twice"),
    (with_text('"label": "ward-7"', '"label": " "'), "label: is blank"),
    (with_text('"format": 1', '"format": 2'), "format"),
    (with_text('"format": 1', '"format": "1"'), "format"),
    (with_text('"format": 1', '"format": NaN'), "plan file"),
    (with_text('"format": 1', '"format": Infinity'), "plan file"),
    (with_text('"format": 1', '"format": 1e400'), "format"),
    (with_text('"format": 1', '"format": ' + "9" * 5000), "plan file"),
    (with_text('"format": 1', '"format": ' + "9" * 100_000), "plan file"),
    (with_text('"format": 1', '"format": true'), "format"),
    (with_text('"format": 1', '"format": 1.0'), "format"),
    (with_text('"format": 1', '"formal": 1'), "format"),
    (with_value("x", "unknown"), "unknown"),
    (with_value("x" * 1_000_000, "unknown"), "plan file"),
    (with_value("2027-02-30", "first_day"), "first_day"),
    (with_value("2027-02-29", "first_day"), "first_day"),
    (with_value("0001-01-01", "first_day"), "first_day"),
    (with_value("9999-12-31", "first_day"), "first_day"),
    (with_value("10000-01-01", "first_day"), "first_day"),
    (with_value(0, "first_day"), "first_day"),
    (with_value(20261130, "first_day"), "first_day"),
    (with_value(1.7e12, "first_day"), "first_day"),
    (with_value("1795996800", "first_day"), "first_day"),
    (with_value(1795996800, "first_day"), "first_day"),
    (with_value(1795996800, "made_on"), "made_on"),
    (with_value("2026-11-30T00:00:00", "first_day"), "first_day"),
    (with_value("2026-11-30T09:00:00", "first_day"), "first_day"),
    (with_value(None, "first_day"), "first_day"),
    (with_value("Mars/Olympus", "zone"), "zone"),
    (with_value(5, "zone"), "zone"),
    (with_value("../../etc/passwd", "zone"), "zone"),
    (with_value("xyz", "id"), "id"),
    (with_value(["x"], "choices"), "choices"),
    (with_value({"x": 1}, "choices"), "choices"),
    (with_value("70", "patient", "weight"), "weight"),
    (with_value(70, "patient", "weight"), "weight"),
    (with_value("-70 kg", "patient", "weight"), "weight"),
    (with_value("\u0667\u0660 kg", "patient", "weight"), "weight"),
    (with_value("9" * 100_000 + " kg", "patient", "weight"), "weight"),
    (with_value("2027-02-30", "patient", "born"), "born"),
    (with_value("robot", "patient", "sex"), "sex"),
    (with_value("x" * 61, "patient", "label"), "label"),
    (with_value("ward\u202e7", "patient", "label"), "label"),
    (with_value("ward\x007", "patient", "label"), "NUL"),
    (with_text('"label": "ward-7"', '"label": "\\ud800"'), "plan file"),
    (with_text('"label": "ward-7"', '"label": "\ud800"'), "plan file"),
    (with_text('"label": "ward-7"', '"label": "\\q"'), "plan file"),
    (with_text('"label": "ward-7"', '"label": "a\nb"'), "plan file"),
    (with_value("1 mgg", "dose"), "dose"),
    (with_value({"rituximab": "lots"}, "patient", "earlier"), "earlier rituximab"),
    (with_value("25:00", "site", "times", "infusion"), "25:00"),
    (with_value({}, "site", "times"), "times"),
    (with_value(-1, "site", "rounding_tolerance_percent"), "rounding_tolerance_percent"),
    (with_value("XX", "site", "closed", "country"), "XX"),
    (with_value(["2027-02-30"], "site", "closed", "own"), "own"),
    (change(kind="wish"), "kind"),
    (change(kind="omit"), "omit, at"),
    (change(kind="omit", at="cycle 1 day 8"), "scope"),
    (change(kind="omit", at="cycle 99 day 8", scope="this day"), "cycle 99 day 8"),
    (change(kind="omit", at="cycle " + "9" * 5000, scope="this day"), "cycle"),
    (change(kind="omit", at="cycle \u0661 day \u0668", scope="this day"), "cycle"),
    (change(kind="defer", at="cycle 1 day 8", scope="later", by_days=10**9), "defer, by_days"),
    (change(kind="defer", at="cycle 1 day 8", scope="later", by_days=0), "0 days"),
    (change(kind="defer", at="cycle 1 day 8", scope="later", to="2027-02-30"), "defer, to"),
    (change(kind="defer", at="cycle 1 day 8", scope="later", to="9999-12-31"), "defer, to"),
    (change(kind="defer", at="cycle 1 day 8", scope="later", to="0001-01-01"), "defer, to"),
    (change(kind="record", at="cycle 1 day 8", on="9999-12-31"), "record, on"),
    (change(kind="record", at="cycle 1 day 8", on="2026-12-07", time="24:00"), "time"),
    (change(kind="record", at="cycle 1 day 8", on="2026-12-07", n=10**30), "change 1"),
    (change(kind="re-weigh", from_day="0001-01-01", weight="70 kg", doses="kept"), "from_day"),
    (change(kind="re-weigh", from_day="2026-12-01", weight="seventy", doses="kept"), "weight"),
    (change(kind="adjust", at="cycle 1 day 8", scope="later", percent=75), "names its base"),
    (change(kind="hold", at="cycle 1 day 8", days=10**9), "days"),
    (change(kind="omit", at="cycle 1 day 8", scope="this day", when="2026-12-20"), "when"),
    (
        change(kind="omit", at="cycle 1 day 8", scope="this day", when="0001-01-01T00:00:00+14:00"),
        "when",
    ),
    (
        change(kind="omit", at="cycle 1 day 8", scope="this day", when="9999-12-31T23:59:59-14:00"),
        "when",
    ),
    (change(kind="omit", at="cycle 1 day 8", scope="this day", when=10**20), "when"),
    (change(kind="omit", at="cycle 1 day 8", scope="this day", who=""), "who"),
]


@each("text, word", FILES)
def test_a_plan_file_is_refused_in_words(text: str, word: str) -> None:
    assert word in answer(lambda: work_out(Plan.from_json(text), library()))


def test_the_plan_file_is_good_as_it_stands() -> None:
    assert work_out(Plan.from_json(GOOD), library()).rows


def directory(path: Path) -> None:
    path.mkdir()


def latin(path: Path) -> None:
    path.write_bytes("Zimmer grün".encode("latin-1"))


def utf_16(path: Path) -> None:
    path.write_bytes(GOOD.encode("utf-16"))


def byte_order_mark(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + b"{}")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 100)


def a_device_without_end(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_loop_of_links(path: Path) -> None:
    path.symlink_to(path)


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "nothing")


def very_long(path: Path) -> None:
    path.write_text("[" + "1," * 4_000_000, encoding="utf-8")


@pytest.mark.parametrize(
    "make",
    [
        directory,
        latin,
        utf_16,
        byte_order_mark,
        binary,
        a_device_without_end,
        a_loop_of_links,
        a_link_to_nothing,
        very_long,
    ],
)
def test_a_file_that_is_no_plan_is_refused_in_words(
    make: Callable[[Path], Any], tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    make(path)
    assert "plan file" in answer(read_plan, path)


@pytest.mark.parametrize("name", ["missing.json", "a\x00b.json", "x" * 5000])
def test_a_path_that_is_none_is_refused_in_words(name: str, tmp_path: Path) -> None:
    assert "plan file" in answer(read_plan, tmp_path / name)
