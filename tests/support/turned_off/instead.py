"""What stands in the place of a control: each gets the original, and what it was called with.

A method gets its object too, and a property nothing else. What a control needs of the program is
imported when it runs: the program is imported with the controls already off.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dosing.errors import InputError
from dosing.units import DROPS_PER_ML, ML, ML_PER_H, Quantity, quantity

Control = Callable[..., Any]


# Answers that say nothing.


def nothing(_: Control, *__: Any, **___: Any) -> list[Any]:
    """Find nothing, where findings or problems are listed."""
    return []


def no(_: Control, *__: Any, **___: Any) -> bool:
    return False


def yes(_: Control, *__: Any, **___: Any) -> bool:
    return True


def no_answer(_: Control, *__: Any, **___: Any) -> None:
    return


def no_text(_: Control, *__: Any, **___: Any) -> str:
    return ""


def no_entries(_: Control, *__: Any, **___: Any) -> dict[str, Any]:
    return {}


def as_given(_: Control, value: Any, *__: Any, **___: Any) -> Any:
    """Leave a value as it is, where it is made exact or safe."""
    return value


def the_first_only(original: Control, *given: Any, **named: Any) -> Any:
    """Leave out everything but the first."""
    return original(*given, **named)[:1]


def in_ml_per_min_alone(original: Control, screen: Any, used: Any, **named: Any) -> Any:
    """Leave out what a clearance is for 1.73 m2."""
    return original(screen, dataclasses.replace(used, indexed=None), **named)


def of_all_rows(_: Control, findings: Any) -> bool:
    """Take a row that is stopped for all rows of the column."""
    return all(one.level != "STOP" for one in findings)


def without_notes(original: Control, *given: Any, **named: Any) -> Any:
    found = original(*given, **named)
    said = tuple(one for one in found.findings if one.level != "NOTE")
    return dataclasses.replace(found, findings=said)


def clinical(original: Control, course: Any, **named: Any) -> Any:
    """Name drug, dose and disease where that was not wanted."""
    return original(course, **{**named, "discreet": False})


# Numbers and units.


def number_as_it_stands(_: Control, value: Any, *__: Any, **___: Any) -> Any:
    """Take a number in whatever unit it is."""
    return value.magnitude


def without_commas(original: Control, kind: str, text: Any, **more: Any) -> Any:
    """Read 1,5 as 15, as a reader does that takes every comma for one of thousands."""
    return original(kind, re.sub(r"[, ](?=[0-9])", "", text), **more)


def with_a_unit_of_its_own(original: Control, kind: str, text: Any, **more: Any) -> Any:
    """Take a bare number in the unit that is written most often."""
    from dosing.units import KINDS

    if re.fullmatch(r"[0-9.]+", str(text)):
        text = f"{text} {next(iter(KINDS[kind].spellings))}"
    return original(kind, text, **more)


def with_trailing_zeros(original: Control, *given: Any) -> list[str]:
    """Write 5 mg as 5.0 mg, which is misread as 50."""
    return [re.sub(r"\b([0-9]+)(?=\W?mg)", r"\1.0", line) for line in original(*given)]


def as_ml(_: Control, rate: Any, **__: Any) -> Any:
    """Read the number of a rate as mL/h."""
    return quantity(rate.magnitude, ML_PER_H)


# The patient.


def as_measured(_: Control, __: Any, weight: Any) -> Any:
    """Take a weight for that of a whole body."""
    return weight


def for_everybody(original: Control, regimen: Any, patient: Any) -> Any:
    """Take a regimen without those whom it is not for."""
    return original(regimen.model_copy(update={"not_for": []}), patient)


def of_nobody(original: Control, *_: Any, **__: Any) -> Any:
    """Look at nobody's diseases."""
    return original([])


def no_for_unknown(original: Control, *given: Any, **named: Any) -> Any:
    """Take what was not asked for "no"."""
    verdict = original(*given, **named)
    if verdict.holds is not None:
        return verdict
    return verdict._replace(holds=False, missing=())


# The dose.


def by_another_coefficient(original: Control, *given: Any, **named: Any) -> Any:
    """Calculate every size a hundredth too large."""
    size = original(*given, **named)
    return quantity(size.magnitude * 1.01, size.units)


def each_by_itself(_: Control, total: float, days: int, step: float) -> tuple[float, ...]:
    """Round each day by itself."""
    return (round(total / days / step) * step,) * days


def with_defaults(original: Control, rule: Any, **named: Any) -> None:
    """Take the actual weight and Mosteller's surface where nothing is stated."""
    original(rule, **{"weight_basis": "actual", "surface": "mosteller", **named})


def of_no_drug(original: Control, *given: Any, **named: Any) -> Any:
    """Hold a dose to no drug."""
    return original(*given, **{**named, "drug": None})


def three_litres(*_: Any, **__: Any) -> float:
    """Take everybody's plasma for three litres."""
    return 3.0


def of_the_unrounded_dose(original: Control, slot: Any, whole: Any) -> Any:
    """Take a share of the dose before it was rounded."""
    from schedules.course.rows import replaced

    if whole is not None:
        dose = dataclasses.replace(whole.dose, amount=whole.dose.reference)
        whole = replaced(whole, dose=dose)
    return original(slot, whole)


# Files.


def by_name_and_length(original: Control, files: Any, path: Any, content: bytes) -> Any:
    """Tell a content from another by the name and the length of its file."""
    return original(files, path, f"{path.name} {len(content)}".encode())


# Dates.


def chained(original: Control, span: Any, first: Any, times: int = 1) -> Any:
    """Count each month from the date before it."""
    for _ in range(times):
        first = original(span, first, 1)
    return first


def as_if_it_waited(original: Control, *given: Any, **named: Any) -> Any:
    """Give every procedure a condition, as those of its phase have."""
    return [
        dataclasses.replace(one, condition=one.condition or "it waits")
        for one in original(*given, **named)
    ]


def without_months(original: Control, layout: Any, taper: Any) -> Any:
    """Forget when a taper has to end."""
    return original(layout, taper.model_copy(update={"ends": None}))


def begun_anew_with_each_step(
    original: Control, layout: Any, phase: Any, taper: Any, medicine: Any, steps: Any, full: Any
) -> Iterator[Any]:
    """Let the days of each step of a taper begin with its first."""
    apart = dt.timedelta(days=medicine.apart or 1)
    for step in steps:
        dose_and_day = (full[0], step.first_day - apart)
        yield from original(layout, phase, taper, medicine, [step], dose_and_day)


def from_the_beginning(
    original: Control, layout: Any, phase: Any, medicine: Any, rule: Any, events: Any
) -> Any:
    """Date what comes after a procedure from its beginning."""
    from schedules.course.rows import replaced

    short = [replaced(event, length=dt.timedelta()) for event in events]
    return original(layout, phase, medicine, rule, short)


def by_hours_that_pass(_: Control, *given: Any) -> Any:
    """Count hours that pass where the clock counts."""
    from schedules.knowledge.times import later

    return later(*given)


def as_booked(_: Control, row: Any, *__: Any) -> Any:
    """Leave an infusion as long as it is booked, and find nothing."""
    return row, []


def whatever_they_depend_on(original: Control, rows: Any, *given: Any) -> Any:
    """Take every dose for one that certainly comes."""
    from schedules.course.rows import replaced

    sure, findings = original([replaced(row, condition="") for row in rows], *given)
    pairs = zip(sure, rows, strict=True)
    return [replaced(one, condition=own.condition) for one, own in pairs], findings


# Products.


def without_an_end(*_: Any, **__: Any) -> dt.timedelta:
    """Let an opened vial be used for ever."""
    return dt.timedelta.max


def each_alone(_: Control, rows: Sequence[Any], *__: Any) -> list[list[Any]]:
    """Draw up each dose by itself."""
    return [[row] for row in rows]


def of_everywhere(original: Control, drug: Any, *given: Any) -> Any:
    """Take every product for one of every jurisdiction."""
    there = [one.model_copy(update={"jurisdiction": ""}) for one in drug.products]
    return original(drug.model_copy(update={"products": there}), *given)


def without_tablets(_: Control, dose: Any, *__: Any) -> Any:
    """Look for no tablets that make a dose."""
    return dose, None


def without_the_drug(original: Control, volume: Quantity, **named: Any) -> Any:
    """Forget the drug's own volume."""
    return original(volume, **{**named, "drug": quantity(0.0, ML)})


def twenty_to_the_ml(original: Control, pump: Quantity, _: Quantity) -> Any:
    """Take every giving set for one of 20 drops to the mL."""
    return original(pump, quantity(20.0, DROPS_PER_ML))


# Changes.


def without_a_reason(original: Control, text: str) -> str:
    """Leave a companion out without a word of why."""
    return original(text) or ("no reason" if text.startswith("left out") else "")


def given_or_not(original: Control, target: Any, *given: Any) -> Any:
    """Move what was given like what is planned."""
    from schedules.course.rows import replaced

    return original(replaced(target, state="planned"), *given)


def of_the_standard_dose(original: Control, typed: Any, field: str, accepted: str) -> str:
    """Take a bare percentage of the standard dose."""
    text = original(typed, field, accepted)
    return re.sub(r"^([0-9.]+) ?%?$", r"\1 % of the standard dose", text)


# Calendars.


def at_the_wall_time(_: Control, __: Any, stay: Any) -> Any:
    """Write the wall-clock time as if it were UTC."""
    return tuple(time.replace(tzinfo=dt.UTC) for time in (stay.arrives, stay.leaves))


def named_by_its_date(original: Control, appointment: Any, **named: Any) -> str:
    """Give an event another name when it moves."""
    return f"{appointment.rows[0].date}-{original(appointment, **named)}"


def as_if_up_to_date(original: Control, *given: Any) -> Any:
    return dataclasses.replace(original(*given), up_to_date=True)


# Records, screens, sign-in.


def with_every_figure(_: Control, __: Any, done: Sequence[Any]) -> list[str]:
    """Tell the plan's figures while one is to be entered blind."""
    return list(map(str, done))


def with_changes_that_nobody_hears(original: Control, *given: Any, **named: Any) -> str:
    """Take every change of a rate for silenced."""
    text: str = original(*given, **named)
    return text.replace("return last && last.at > heard ? last : null;", "return null;")


def with_a_page_that_stays(original: Control, *given: Any, **named: Any) -> str:
    """Leave the page with the patient when nobody is signed in."""
    text: str = original(*given, **named)
    return text.replace("\n      lock(mine.data);", "")


def in_one_rhythm(original: Control, days: Sequence[Any]) -> Iterator[Any]:
    """Tell all days by the rhythm of the first."""
    yield dataclasses.replace(next(original(days)), count=len(days))


def onto_any_version(
    original: Control, store: Any, plan: Any, actor: Any, *, at: Any, **_: Any
) -> Any:
    """Save a plan onto the last version, whoever saved it."""
    last = len(store.versions(plan.record_id))
    return original(store, plan, actor, expected_version=last, at=at)


def committed_by_itself(original: Control, connection: Any, *given: Any) -> int:
    """Commit a record before the rest of its act is written."""
    n: int = original(connection, *given)
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    return n


def as_at_first(original: Control, session: Any, *given: Any) -> Any:
    """Show the first course that a session looked at."""
    last = session.worked_out
    return original(session, *given) if last is None else last.course


def one_for_all(original: Control, seen: list[Any] = []) -> Any:  # noqa: B006 - that it stays
    """Give everybody the first session."""
    seen.append(original())
    return seen[0]


def one_for_every_change(original: Control, text: str) -> Any:
    """Name the button of every change alike."""
    return "change" if text.startswith("{") else original(text)


def beside_the_fields(original: Control, session: Any, plan: Any) -> None:
    """Keep a changed plan, and let the fields have the course as it was."""
    stood = session.planned, session.opened, session.opened_entries
    original(session, plan)
    session.planned, session.opened, session.opened_entries = stood


def planner_by_default(original: Control, claims: Any, by: Any) -> Any:
    from records.roles import Actor

    try:
        return original(claims, by)
    except InputError:
        return Actor(name="x", role="planner", verified=True)


def open_to_everybody(_: Control, gate: Any, *given: Any) -> Any:
    """Let every browser in."""
    return gate._app(*given)


def every_plan(_: Control, ward: Any, left_out: Any) -> list[str]:
    """Count every plan, also one that gives no course with an alteration."""
    return [one.name for one in ward.courses]


def by_the_first_of_them(original: Control, doses: Sequence[Any]) -> Any:
    """Let every day of a run open the dose of its first day."""
    return original([dose._replace(id=doses[0].id) for dose in doses])
