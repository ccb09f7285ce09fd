"""A calendar file was imported twice, and every event stood twice.

No accident with a patient was seen; that programs do it is reported of several.

Seen: khal, issue 1045, https://github.com/pimutils/khal/issues/1045
and nextcloud calendar, issue 589, https://github.com/nextcloud/calendar/issues/589
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.historic.walking import BODY, DAYS, MAN, ask_in
from tests.support.asking import Ask

WEEKS = ("30-Nov", "07-Dec", "14-Dec", "21-Dec")


@pytest.fixture
def files(ask: Ask, known: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return a plan of four weekly doses and its calendar file."""
    plan, calendar = tmp_path / "plan.json", tmp_path / "course.ics"
    course = ("rituximab-weekly", *MAN, *BODY, *DAYS, "--out", plan, "--ics", calendar)
    assert ask_in(ask, known, "plan", *course).code == 0
    return plan, calendar


def events(calendar: Path) -> list[str]:
    return re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r\n", calendar.read_bytes().decode(), re.S)


def add(calendar: Path, more: list[str]) -> None:
    text = calendar.read_bytes().decode()
    end = "END:VCALENDAR"
    calendar.write_bytes(text.replace(end, "".join(more) + end).encode())


def test_a_second_file_names_the_same_events(
    ask: Ask, known: Path, files: tuple[Path, Path]
) -> None:
    plan, calendar = files
    uids = re.findall(r"^UID:(\S+)", calendar.read_text(encoding="utf-8"), re.M)
    again = calendar.with_name("again.ics")
    assert ask_in(ask, known, "course", plan, "--ics", again).code == 0
    assert re.findall(r"^UID:(\S+)", again.read_text(encoding="utf-8"), re.M) == uids
    assert len(set(uids)) == len(WEEKS)


def test_events_that_stand_twice_are_told(ask: Ask, known: Path, files: tuple[Path, Path]) -> None:
    plan, calendar = files
    add(calendar, events(calendar))
    said = ask_in(ask, known, "compare", plan, calendar)
    assert [line for line in said.out.splitlines() if "2 times" in line] == [
        f"induction cycle 1 day {day}, rituximab, Mon {week}-2026 09:00: "
        "it stands 2 times in the calendar."
        for day, week in zip((1, 8, 15, 22), WEEKS, strict=True)
    ]


def test_copies_under_other_names_are_told_too(
    ask: Ask, known: Path, files: tuple[Path, Path]
) -> None:
    plan, calendar = files
    add(calendar, [re.sub(r"UID:\w{8}", "UID:00000000", event) for event in events(calendar)])
    said = ask_in(ask, known, "compare", plan, calendar)
    assert said.out.startswith("The calendar holds 4 events that are not of this course: ")
