"""Where each dose, procedure and review of a regimen stands: the edges, with dates by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from ruamel.yaml import YAML

from dosing.calculation.rule import DoseRule
from dosing.errors import InputError
from dosing.units import MG, quantity
from schedules.course.rows import Dated, Slot
from schedules.course.timetable import Timetable, lay_out
from schedules.knowledge.regimen import Regimen
from tests.support.planning import RITUXIMAB, planned

HEAD = """
id: trial
title: A made-up regimen
for: [testing]
status: under review
version: 1
reviewed: {due: 2027-11-20}
sources:
  made: {cite: made up for this test, confirmed: false}
  other: {cite: made up as well, confirmed: false}
examples: [{patient: {}, start: 2026-11-30, expect: [x], source: made}]
"""


def give(doses: int = 1, total: str = "per_course", at: str = "morning") -> str:
    """Return a medicine of 30 mg; its total is of all doses that the file names."""
    own = f"dose: 30 mg, {total}: {30 * doses} mg, at: [{at}]"
    return f"drug: testol, route: oral, {own}, source: made"


def beside(doses: int = 1, at: str = "at: [morning]", name: str = "cover") -> str:
    return f"drug: {name}, route: oral, dose: 1 mg, per_course: {doses} mg, {at}, source: made"


SEE = "kind: review, at: [morning], source: other"


def laid(phases: str, **choices: str) -> Timetable:
    """Lay out phases from Monday 30 November 2026; a taper comes down from 30 mg."""
    regimen = Regimen.model_validate(YAML(typ="safe").load(HEAD + phases))
    plan = planned(RITUXIMAB).model_copy(update={"choices": choices})
    medicines = {phase.name: regimen.dosed(phase).medicines for phase in regimen.phases}
    rules = {
        (phase, one.name): DoseRule(rate=one.dose, source=regimen.source(one.source))
        for phase, own in medicines.items()
        for one in own
    }
    starts = {phase.name: quantity(30.0, MG) for phase in regimen.phases if phase.taper}
    return lay_out(plan, regimen, medicines, rules, starts)


def days(dated: Sequence[Dated], phase: str) -> list[str]:
    return [f"{one.date:%d-%b}" for one in dated if one.phase == phase]


def places(dated: Sequence[Dated]) -> list[tuple[int, int, int]]:
    return [(one.cycle, one.day, one.n) for one in dated]


CHOSEN = "choices: [{name: cover, ask: 'Cover?', companion: true, source: made}]"
COMPANION = f"""
{CHOSEN}
phases:
  - name: load
    medicines:
      - {{{give(2)}, days: [1, 3]}}
      - {{{beside(2)}, days: [1, 9], companion: cover}}
  - name: next
    medicines: [{{{give()}, days: [1]}}]
  - name: later
    begins: {{after: 1 month, of: last dose}}
    medicines: [{{{give()}, days: [1]}}, {{{beside()}, days: [3], companion: cover}}]
  - name: last
    begins: {{after: 2 months, of: first day}}
    medicines: [{{{give()}, days: [1]}}]
"""


def test_what_comes_next_waits_for_no_companion() -> None:
    found = laid(COMPANION, cover="given").slots
    # the doses of the first phase end on 2 December, its companion on 8 December
    assert days(found, "load") == ["30-Nov", "02-Dec", "30-Nov", "08-Dec"]
    assert days(found, "next") == ["03-Dec"]
    # a month after the last dose, which is no companion
    assert days(found, "later")[0] == "03-Jan"
    assert days(found, "last") == ["30-Jan"]


def test_where_nothing_was_given_the_last_dose_is_counted_from_the_first_day() -> None:
    found = laid(f"""
phases:
  - name: seen
    procedures: [{{{SEE}, what: visit, days: [5]}}]
  - name: later
    begins: {{after: 10 days, of: last dose}}
    medicines: [{{{give()}, days: [1]}}]
""")
    assert days(found.occasions, "seen") == ["04-Dec"]
    assert places(found.occasions) == [(1, 5, 1)]
    assert days(found.slots, "later") == ["10-Dec"]


def test_a_cycle_may_be_as_long_as_its_last_day_and_not_shorter() -> None:
    text = f"""
choices: [{{name: gap, ask: "How long?", one_of: [4 days, 5 days], source: made}}]
phases:
  - name: cycles
    cycle: {{every: {{choice: gap}}, count: 2}}
    medicines: [{{{give(4)}, days: [1, 5]}}]
  - name: after
    medicines: [{{{give()}, days: [1]}}]
"""
    found = laid(text, gap="5 days").slots
    assert days(found, "cycles") == ["30-Nov", "04-Dec", "05-Dec", "09-Dec"]
    assert places(found) == [(1, 1, 1), (1, 5, 1), (2, 1, 1), (2, 5, 1), (1, 1, 1)]
    assert days(found, "after") == ["10-Dec"]
    with pytest.raises(InputError, match='cycles: "4 days" is shorter than its last day; choose'):
        laid(text, gap="4 days")


def test_a_repeat_that_nobody_chose_is_one_cycle() -> None:
    found = laid(f"""
choices: [{{name: again, ask: "How often?", number: [2, 3], source: made}}]
phases:
  - name: cycles
    cycle: {{every: 28 days, count: {{choice: again}}}}
    medicines: [{{{give(2, "per_cycle")}, days: [1, 5]}}]
  - name: after
    medicines: [{{{give()}, days: [1]}}]
""").slots
    assert places(found)[:2] == [(1, 1, 1), (1, 5, 1)]
    assert days(found, "cycles") == ["30-Nov", "04-Dec"]
    assert days(found, "after") == ["05-Dec"]


def test_an_open_end_is_by_the_source_of_what_is_given() -> None:
    found = laid(f"""
phases:
  - name: on
    length: 7 days
    open_end: true
    medicines: [{{{give(7)}, days: each day}}]
    procedures: [{{{SEE}, what: visit, days: [7]}}]
""")
    (said,) = found.findings
    assert said.level == "NOTE"
    assert said.text == "The on phase has no fixed end: review it by 07-Dec-2026."
    assert said.source.cite == "made up for this test"


TAPER = f"""
phases:
  - name: full
    length: 4 days
    medicines:
      - {{{give(4)}, days: each day, booked: {{first: 60 min, later: 30 min, source: made}}}}
  - name: down
    taper:
      reduces: full
      steps: [{{by: 10 mg, each: 7 days, to: nothing}}]
      source: made
      ends: {{earliest: 18 days, latest: 18 days, source: other}}
    procedures: [{{{SEE}, what: visit, days: [7]}}]
  - name: after
    medicines: [{{{give()}, days: [1]}}]
"""


def test_a_taper_goes_on_from_the_full_dose_step_by_step() -> None:
    # 30 mg from 30 November to 3 December; 20 mg from 4 to 10, 10 mg from 11 to 17 December
    found = laid(TAPER)
    down = [slot for slot in found.slots if slot.phase == "down"]
    assert days(down, "down") == [f"{day:02}-Dec" for day in range(4, 18)]
    steps = [(step, day, 1) for step in (1, 2) for day in range(1, 8)]
    assert places(down) == steps
    assert [float(slot.rule.rate.magnitude) for slot in down] == [20.0] * 7 + [10.0] * 7
    # the first of the course is past, and the totals of the file are those of the full dose
    assert {slot.length for slot in down} == {dt.timedelta(minutes=30)}
    # what is given on another day than planned moves no step
    assert not any(slot.follows_given_dose for slot in down)
    assert days(found.occasions, "down") == ["10-Dec", "17-Dec"]
    assert days(found.slots, "after") == ["18-Dec"]


@pytest.mark.parametrize(
    ("earliest", "latest", "code"),
    [
        ("18 days", "18 days", "taper.ends"),
        ("10 days", "17 days", "taper.ends_outside"),
        ("19 days", "30 days", "taper.ends_outside"),
    ],
)
def test_a_taper_may_end_on_the_first_and_on_the_last_day_of_its_source(
    earliest: str, latest: str, code: str
) -> None:
    ends = f"earliest: {earliest}, latest: {latest}"
    (said,) = laid(TAPER.replace("earliest: 18 days, latest: 18 days", ends)).findings
    assert said.code == code
    # 30 November and 18 days are 18 December
    assert said.text.startswith("The taper ends on 18-Dec-2026, 18 days from the first")
    outside = code == "taper.ends_outside"
    assert said.level == ("WARN" if outside else "NOTE")
    assert said.source.cite == ("made up as well" if outside else "made up for this test")
    assert (f"the source states {earliest} to {latest}" in said.text) == outside


def test_a_taper_keeps_every_second_day_through_a_phase_that_lies_between() -> None:
    twice = TAPER.replace("at: [morning]", "at: [morning, evening]")
    text = twice.replace("days: each day", "days: every 2 days").replace("30 mg, at", "60 mg, at")
    text = text.replace(
        "  - name: down",
        f"""  - name: between
    length: 3 days
    medicines: [{{{beside(3)}, days: each day}}]
  - name: down""",
    )
    found = laid(text).slots
    # given on 30 November and 2 December; between are 4 to 6 December, and the steps begin on the
    # 7th and on the 14th: 8, 10, 12 and 14, 16, 18, 20 December
    down = [slot for slot in found if slot.phase == "down"]
    assert days(down[::2], "down") == [f"{day:02}-Dec" for day in range(8, 21, 2)]
    assert days(down[1::2], "down") == days(down[::2], "down")
    assert places(down)[:4] == [(1, 2, 1), (1, 2, 2), (1, 4, 1), (1, 4, 2)]
    assert (down[6].cycle, down[6].day) == (2, 1)


def test_a_taper_goes_on_from_the_last_full_dose_where_its_cycles_begin_anew() -> None:
    text = TAPER.replace("days: each day", "days: every 2 days").replace("120 mg, at", "240 mg, at")
    found = laid(text.replace("length: 4 days", "cycle: {every: 7 days, count: 2}")).slots
    # days 1, 3, 5 and 7 of a week: the second begins on 7 December and ends with a dose on the
    # 13th; the steps begin on the 14th and on the 21st
    second = ["07-Dec", "09-Dec", "11-Dec", "13-Dec"]
    assert days(found, "full") == ["30-Nov", "02-Dec", "04-Dec", "06-Dec", *second]
    assert days(found, "down") == [f"{day}-Dec" for day in range(15, 28, 2)]


def test_what_goes_with_a_dose_is_dated_after_it_wherever_the_file_names_it() -> None:
    found = laid(f"""
phases:
  - name: pulse
    medicines:
      - {{{beside(8, "at: [at start, 60 min after end]", "guard")}, days: with each testol}}
      - {{{give(4, at="morning, evening")}, days: [1, 2],
         booked: {{first: 90 min, later: 60 min, source: made}}}}
    procedures: [{{{SEE}, what: visit, days: [1]}}]
""").slots
    clock = planned(RITUXIMAB).site.times
    begun = [dt.time.fromisoformat(clock[word]) for word in ("morning", "evening")]
    guards = [slot for slot in found if slot.medicine.name == "guard"]
    assert places(guards) == [(1, day, n) for day in (1, 2) for n in (1, 2, 3, 4)]
    hours = [
        (dt.datetime.combine(slot.date, slot.time) - dt.datetime.combine(slot.date, at)).seconds
        for slot, at in zip(guards, [t for t in begun for _ in "ab"] * 2, strict=True)
    ]
    # at the start, and an hour after 90 minutes the first time, after 60 later
    assert [seconds // 60 for seconds in hours] == [0, 150, 0, 120, 0, 120, 0, 120]
    own = {slot.id for slot in found if slot.medicine.name == "testol"}
    assert [slot.goes_with in own for slot in guards] == [True] * 8
    assert not any(slot.follows_given_dose for slot in guards)


def test_a_total_is_dealt_over_the_doses_of_its_day_or_of_its_cycle() -> None:
    def dealt(over: str, on: str, doses: int) -> list[tuple[int, int] | None]:
        rounded = f"round: {{to: 10 mg, rule: nearest, over: {over}, source: made}}"
        own = give(doses, at="morning, evening" if over == "day" else "morning")
        found = laid(f"""
phases:
  - name: cycles
    cycle: {{every: 7 days, count: 2}}
    medicines: [{{{own}, days: {on}, {rounded}}}]
""")
        return [slot.dealt for slot in found.slots]

    assert dealt("day", "[1, 3]", 8) == [(0, 2), (1, 2)] * 4
    assert dealt("cycle", "[1, 3, 5]", 6) == [(0, 3), (1, 3), (2, 3)] * 2


@pytest.mark.parametrize(
    ("counted", "follows"), [("dose given", [True, False]), ("first day", [False, False])]
)
def test_later_cycles_follow_a_dose_and_no_companion(counted: str, follows: list[bool]) -> None:
    found = laid(
        f"""
{CHOSEN}
phases:
  - name: cycles
    cycle: {{every: 28 days, count: 2, counted_from: {counted}}}
    medicines: [{{{give(2)}, days: [1]}}, {{{beside(2)}, days: [1], companion: cover}}]
""",
        cover="given",
    ).slots
    assert [slot.follows_given_dose for slot in found if slot.cycle == 1] == follows


def test_a_procedure_waits_for_what_its_phase_waits_for_unless_in_any_case() -> None:
    found = laid(f"""
phases:
  - name: higher
    only_if: 30 mg was tolerated
    first_day: 0
    medicines: [{{{give()}, days: [0]}}]
    procedures:
      - {{{SEE.replace("morning", "morning, evening")}, what: visit, days: [0, 2]}}
      - {{{SEE}, what: dialysis, days: [1], in_any_case: true}}
""")
    (slot,) = found.slots
    assert isinstance(slot, Slot)
    assert (slot.condition, slot.into, slot.goes_with) == ("30 mg was tolerated", "", "")
    assert [(one.what, one.condition) for one in found.occasions] == [
        *[("visit", "30 mg was tolerated")] * 4,
        ("dialysis", ""),
    ]
    assert places(found.occasions) == [(1, 0, 1), (1, 0, 2), (1, 2, 1), (1, 2, 2), (1, 1, 1)]
    assert days(found.occasions, "higher") == ["30-Nov", "30-Nov", "02-Dec", "02-Dec", "01-Dec"]


def test_a_word_without_a_clock_time_is_refused_with_what_to_add() -> None:
    with pytest.raises(InputError) as error:
        laid(f"phases: [{{name: one, medicines: [{{{give(at='tea')}, days: [1]}}]}}]")
    assert str(error.value) == (
        'site.yaml, times: "tea" has no clock time at this site; add tea: "09:00"'
    )
