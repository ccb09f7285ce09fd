"""The commands that plan a course and show that of a saved plan."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.inputs import (
    acknowledged,
    add_acknowledge,
    add_json,
    add_plan,
    add_regimen,
    add_several,
    compute_course,
    read_acknowledgements,
    read_knowledge_as_kept,
    read_library_for,
    read_pairs,
    read_plan,
    say_unacknowledged,
)
from commands.line import DONE, STOPPED, Commands
from dosing.clock import now
from dosing.errors import Problems

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.course.course import Course
    from schedules.knowledge.site import CalendarChoice
    from schedules.plans.patient_entry import PatientEntry
    from schedules.plans.patient_field import PatientField
    from schedules.plans.plan import PlannedAdjustment


def _plan_options(parser: argparse.ArgumentParser) -> None:
    add_regimen(parser)
    _add_patient(parser.add_argument_group("the patient"))
    course = parser.add_argument_group("the course")
    course.add_argument("--start", default="", metavar="DATE", help="the first day: 2026-11-30")
    course.add_argument(
        "--made-on", default="", metavar="DATE", help="the day of the plan itself, if not today"
    )
    course.add_argument(
        "--zone", default="", metavar="ZONE", help="time zone, such as Europe/London"
    )
    add_several(course, "--choose", "NAME=VALUE", "the choices that the regimen leaves open")
    add_several(course, "--at", "WORD=TIME", "another clock time than the site's: infusion=10:30")
    course.add_argument("--dose", default="", metavar="D", help="another dose than the regimen's")
    add_several(
        course, "--adjust", "DRUG=SHARE", 'a share of the standard dose: azathioprine="25 %%"'
    )
    course.add_argument("--because", default="", metavar="REASON", help="why the dose is adjusted")
    _add_output(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="save the plan (JSON)")


def _course_options(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    parser.add_argument(
        "--after", type=int, metavar="N", help="the course as it was after N changes"
    )
    _add_output(parser)


def _add_patient(patient: Any) -> None:
    """Add an option for each field of the patient: one value, dates, several values, yes or no."""
    from schedules.plans.patient_entry import PATIENT_FIELDS

    rank = {"date": 1, "amounts": 2, "several": 2, "confirmed": 3}
    for field in sorted(PATIENT_FIELDS, key=lambda one: (rank.get(one.kind, 0), not one.leads)):
        add_field(patient, field)


def add_field(patient: Any, field: PatientField) -> None:
    """Add the option of one field of the patient."""
    option, metavar, text = f"--{field.option}", field.metavar, field.help
    if field.kind in ("amounts", "several"):
        add_several(patient, option, metavar, text, dest=field.name)
    elif field.kind == "confirmed":
        patient.add_argument(option, action="store_true", dest=field.name, help=text)
    else:
        patient.add_argument(option, default="", metavar=metavar, dest=field.name, help=text)


def _add_output(parser: argparse.ArgumentParser) -> None:
    out = parser.add_argument_group("output")
    out.add_argument("--ics", type=Path, metavar="FILE", help="write a calendar file")
    out.add_argument("--discreet", action="store_true", help="name no drug, dose or disease in it")
    out.add_argument(
        "--since",
        type=int,
        default=0,
        metavar="N",
        help="only the events that change N or a later one altered",
    )
    out.add_argument("--oral", metavar="FORM", help="oral doses as each (one event a dose) or run")
    out.add_argument("--times", metavar="FORM", help="calendar times as utc or zone")
    out.add_argument("--alarm", metavar="BEFORE", help='alarm before each dose: "30 min" or none')
    out.add_argument("--csv", type=Path, metavar="FILE", help="write the table of doses")
    add_acknowledge(out)
    out.add_argument("--who", default="", metavar="INITIALS", help="who accepts or adjusts")
    add_json(out)


def _plan(args: argparse.Namespace) -> int:
    from schedules.plans.making import earlier_problems, make_plan
    from schedules.plans.patient_reading import read_date

    library = read_knowledge_as_kept(args, only=args.id)
    regimen = library.regimen(args.id)
    problems = Problems()
    patient = _read_patient(problems, args)
    made_on = problems.reading(read_date, args.made_on, "made on") if args.made_on else None
    pairs = {
        name: read_pairs(problems, name, getattr(args, name)) for name in ("choose", "at", "adjust")
    }
    problems.extend(earlier_problems(regimen.as_chosen(pairs["choose"]), patient.earlier))
    acknowledgements = read_acknowledgements(problems, args)
    plan = problems.reading(
        make_plan,
        regimen,
        library.knowledge_for(regimen),
        library.site,
        patient,
        first_day=args.start,
        made_on=made_on or now().date(),
        choices=pairs["choose"],
        zone=args.zone,
        times=pairs["at"],
        dose_text=args.dose,
        adjustments=_read_adjustments(problems, args, pairs["adjust"]),
        acknowledgements=acknowledgements,
    )
    return _deliver(args, compute_course(problems.settled(plan), library), args.out)


def _read_patient(problems: Problems, args: argparse.Namespace) -> PatientEntry:
    """Read the patient as typed; what is wrong with dates and amounts is added to the problems."""
    from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
    from schedules.plans.patient_reading import read_date

    entry: dict[str, Any] = {}
    for field in PATIENT_FIELDS:
        typed = getattr(args, field.name)
        if field.kind == "date":
            typed = problems.reading(read_date, typed, field.option) if typed else None
        elif field.kind == "amounts":
            typed = read_pairs(problems, field.option, typed)
        entry[field.name] = typed
    return PatientEntry(**entry)


def _read_adjustments(
    problems: Problems, args: argparse.Namespace, shares: Mapping[str, str]
) -> list[PlannedAdjustment]:
    from schedules.plans.plan import PlannedAdjustment

    reason = args.because.strip()
    if shares and not reason:
        problems.add("because", "", why="is missing", write='why: --because "allopurinol"')
        return []
    return [
        PlannedAdjustment(drug=drug, part=text, reason=reason, who=args.who)
        for drug, text in shares.items()
    ]


def _course(args: argparse.Namespace) -> int:
    plan = read_plan(args.plan)
    problems = Problems()
    more = read_acknowledgements(problems, args)
    if args.after is not None and not 0 <= args.after <= len(plan.changes):
        problems.add(
            "after",
            str(args.after),
            why="is no number of changes",
            write=f"0 to {len(plan.changes)}",
        )
    problems.raise_if_any()
    if args.after is not None:
        plan = plan.before(args.after)
    course = compute_course(acknowledged(plan, more), read_library_for(args, plan))
    return _deliver(args, course, None)


def _deliver(args: argparse.Namespace, course: Course, plan_file: Path | None) -> int:
    """Write the files that were asked for, all or none, and print the course."""
    from commands.course_text import print_course

    choice = _read_calendar_choice(args, course)
    files = _list_files(args, course, choice, plan_file)
    waits = bool(files) and bool(course.unacknowledged)
    # What is decided on a result is a change of the plan, which has to be kept for it.
    kept = [] if _waits_for_ticks(course) else [one for one in files if one[0] == plan_file]
    if not course.stopped and (written := kept if waits else files):
        from schedules.outputs.formats import write_all

        write_all([(path, content()) for path, content in written])
    print_course(course, as_json=args.json)
    if waits and not course.stopped:
        say_unacknowledged(course)
    return STOPPED if course.stopped or waits else DONE


def _waits_for_ticks(course: Course) -> bool:
    return any(finding.code not in course.undecided for finding in course.unacknowledged)


def _list_files(
    args: argparse.Namespace, course: Course, choice: CalendarChoice, plan_file: Path | None
) -> list[tuple[Path, Callable[[], bytes]]]:
    """List the files that were asked for, each with what makes its content."""

    def calendar() -> bytes:
        from schedules.outputs.calendar.ics import to_ics

        return to_ics(course, discreet=args.discreet, choice=choice, since=args.since)

    def table() -> bytes:
        from schedules.outputs.table import to_csv

        return to_csv(course)

    files: list[tuple[Path | None, Callable[[], bytes]]] = [
        (plan_file, lambda: course.plan.to_json().encode()),
        (args.ics, calendar),
        (args.csv, table),
    ]
    return [(path, content) for path, content in files if path is not None]


def _read_calendar_choice(args: argparse.Namespace, course: Course) -> CalendarChoice:
    from dosing.units import duration

    problems = Problems()
    accepted = {"oral": ("each", "run"), "times": ("utc", "zone")}
    for name, words in accepted.items():
        text = getattr(args, name)
        if text is not None and text not in words:
            problems.add(name, text, why="is not a form", write=" or ".join(words))
    if args.alarm not in (None, "none"):
        problems.reading(duration, args.alarm, "alarm")
    problems.raise_if_any()
    typed = {"oral": args.oral, "times": args.times, "alarm": args.alarm}
    return course.plan.site.calendar.model_copy(
        update={name: text for name, text in typed.items() if text is not None}
    )


COMMANDS: Commands = {"plan": (_plan_options, _plan), "course": (_course_options, _course)}
