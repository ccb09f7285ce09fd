"""The commands that plan a course, and work out the course of a saved plan."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.inputs import (
    acknowledge_options,
    acknowledgements,
    library_of,
    now,
    pairs,
    read_knowledge,
    saved,
    say_what_waits,
    worked_out,
)
from commands.line import DONE, STOPPED, add_command
from dosing.errors import Problems
from dosing.units import duration
from schedules.outputs.formats import write_all

if TYPE_CHECKING:
    from schedules.course.course import Course
    from schedules.plans.plan import PlannedAdjustment

_LABEL = 'a label for the patient, such as "ward-7"; never a name'


def plan_commands(commands: Any) -> None:
    """Add plan and course to a command line."""
    _plan_parser(commands)
    _course_parser(commands)


def _plan_parser(commands: Any) -> None:
    parser = add_command(commands, "plan", _plan, "plan a course for a patient")
    parser.add_argument("id", metavar="ID", help="the regimen; see: python -m schedules list")
    who = parser.add_argument_group("the patient")
    who.add_argument("--label", default="", help=_LABEL)
    who.add_argument("--weight", default="", metavar="W", help='"70 kg", "3500 g" or "154 lb"')
    who.add_argument("--weight-on", metavar="DATE", help="the day it was measured")
    who.add_argument("--height", default="", metavar="H", help='"175 cm", "1.75 m" or "69 in"')
    who.add_argument("--sex", default="", metavar="S", help="male or female")
    who.add_argument("--age", default="", metavar="A", help='"48 years" or "7 months"')
    who.add_argument("--born", metavar="DATE", help="the birth date, instead of the age")
    who.add_argument("--creatinine", default="", metavar="C", help='"80 umol/L" or "0.9 mg/dL"')
    who.add_argument(
        "--clearance",
        default="",
        metavar="C",
        help='if it is known: "42 mL/min" or "42 mL/min/1.73m2"',
    )
    who.add_argument(
        "--clearance-by",
        default="",
        metavar="HOW",
        help='what it is from: "cystatin C", creatinine or measured',
    )
    who.add_argument(
        "--genotype",
        default="",
        metavar="G",
        help="of TPMT and NUDT15: normal, both intermediate ...",
    )
    who.add_argument(
        "--earlier",
        nargs="+",
        action="extend",
        default=[],
        metavar="DRUG=AMOUNT",
        help='what was given before this course: cyclophosphamide="5 g"',
    )
    who.add_argument(
        "--condition",
        nargs="+",
        action="extend",
        default=[],
        metavar="DISEASE",
        help='other diseases: "myasthenia gravis"',
    )
    who.add_argument(
        "--takes",
        nargs="+",
        action="extend",
        default=[],
        metavar="DRUG",
        help="other drugs that the patient takes",
    )
    who.add_argument(
        "--size-confirmed",
        action="store_true",
        help="weight and height of a rare size were measured again",
    )
    what = parser.add_argument_group("the course")
    what.add_argument("--start", default="", metavar="DATE", help="the first day: 2026-11-30")
    what.add_argument("--zone", default="", metavar="ZONE", help="time zone, such as Europe/London")
    what.add_argument(
        "--choose",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="the choices that the regimen leaves open",
    )
    what.add_argument(
        "--at",
        nargs="+",
        action="extend",
        default=[],
        metavar="WORD=TIME",
        help="another clock time than the site's: infusion=10:30",
    )
    what.add_argument("--dose", default="", metavar="D", help="another dose than the regimen's")
    what.add_argument(
        "--adjust",
        nargs="+",
        action="extend",
        default=[],
        metavar="DRUG=PART",
        help='a part of the standard dose: azathioprine="25 %%"',
    )
    what.add_argument("--because", default="", metavar="REASON", help="why the dose is adjusted")
    _export_options(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="save the plan (JSON)")


def _course_parser(commands: Any) -> None:
    parser = add_command(commands, "course", _course, "work out the course of a saved plan")
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    parser.add_argument("--after", type=int, metavar="N", help="as it stood after N changes")
    _export_options(parser)


def _export_options(parser: argparse.ArgumentParser) -> None:
    out = parser.add_argument_group("output")
    out.add_argument("--ics", type=Path, metavar="FILE", help="write a calendar file")
    out.add_argument("--discreet", action="store_true", help="name no drug, dose or disease in it")
    out.add_argument(
        "--since",
        type=int,
        default=0,
        metavar="N",
        help="only events that change N or a later one altered",
    )
    out.add_argument("--oral", metavar="FORM", help="oral doses as each (one event a dose) or run")
    out.add_argument("--times", metavar="FORM", help="calendar times as utc or zone")
    out.add_argument("--alarm", metavar="BEFORE", help='alarm before each dose: "30 min" or none')
    out.add_argument("--csv", type=Path, metavar="FILE", help="write the table of doses")
    acknowledge_options(out)
    out.add_argument("--json", action="store_true", help="print JSON")


def _plan(asked: argparse.Namespace) -> int:
    from schedules.plans.making import earlier_problems, make_plan
    from schedules.plans.patient_entry import PatientEntry, read_date

    library = read_knowledge(asked, only=asked.id)
    regimen = library.regimen(asked.id)
    problems = Problems()
    born = problems.reading(read_date, asked.born, "born") if asked.born else None
    weight_on = (
        problems.reading(read_date, asked.weight_on, "weight-on") if asked.weight_on else None
    )
    typed = {
        name: pairs(problems, name, getattr(asked, name))
        for name in ("choose", "at", "earlier", "adjust")
    }
    problems.extend(earlier_problems(regimen, typed["earlier"]))
    acknowledged = acknowledgements(problems, asked)
    adjusted = _adjustments(problems, asked, typed["adjust"])
    entry = PatientEntry(
        label=asked.label,
        sex=asked.sex,
        age=asked.age,
        born=born,
        weight=asked.weight,
        weight_on=weight_on,
        height=asked.height,
        creatinine=asked.creatinine,
        clearance=asked.clearance,
        clearance_by=asked.clearance_by,
        genotype=asked.genotype,
        size_confirmed=asked.size_confirmed,
        earlier=typed["earlier"],
        conditions=asked.condition,
        takes=asked.takes,
    )
    made = problems.reading(
        make_plan,
        regimen,
        library.knowledge_for(regimen),
        library.site,
        entry,
        first_day=asked.start,
        made_on=now().date(),
        choices=typed["choose"],
        zone=asked.zone,
        times=typed["at"],
        dose_text=asked.dose,
        adjustments=adjusted,
        acknowledgements=acknowledged,
    )
    return _deliver(asked, worked_out(problems.settled(made), library), asked.out)


def _course(asked: argparse.Namespace) -> int:
    plan = saved(asked.plan)
    problems = Problems()
    more = acknowledgements(problems, asked)
    if asked.after is not None and not 0 <= asked.after <= len(plan.changes):
        problems.add(
            "after",
            str(asked.after),
            why="is no number of changes",
            write=f"0 to {len(plan.changes)}",
        )
    problems.raise_if_any()
    if asked.after is not None:
        plan = plan.before(asked.after)
    plan = plan.model_copy(update={"acknowledgements": [*plan.acknowledgements, *more]})
    return _deliver(asked, worked_out(plan, library_of(asked, plan)), None)


def _adjustments(
    problems: Problems, asked: argparse.Namespace, parts: Mapping[str, str]
) -> list[PlannedAdjustment]:
    from schedules.plans.plan import PlannedAdjustment

    reason = asked.because.strip()
    if parts and not reason:
        problems.add("because", "", why="is missing", write='why: --because "allopurinol"')
        return []
    return [
        PlannedAdjustment(drug=drug, part=text, reason=reason, who=asked.who)
        for drug, text in parts.items()
    ]


def _deliver(asked: argparse.Namespace, found: Course, plan_file: Path | None) -> int:
    """Write the files that were asked for, all or none, and print the course."""
    from commands.course_text import print_course

    choice = _calendar_choice(asked, found)
    if found.stopped:
        print_course(found, as_json=asked.json)
        return STOPPED
    files: list[tuple[Path, Callable[[], bytes]]] = []
    if plan_file is not None:
        files.append((plan_file, lambda: found.plan.to_json().encode()))
    if asked.ics is not None:
        from schedules.outputs.calendar.ics import to_ics

        files.append(
            (
                asked.ics,
                lambda: to_ics(found, discreet=asked.discreet, choice=choice, since=asked.since),
            )
        )
    if asked.csv is not None:
        from schedules.outputs.table import to_csv

        files.append((asked.csv, lambda: to_csv(found)))
    if files and found.unacknowledged:
        print_course(found, as_json=asked.json)
        say_what_waits(found)
        return STOPPED
    write_all([(path, content()) for path, content in files])
    print_course(found, as_json=asked.json)
    return DONE


def _calendar_choice(asked: argparse.Namespace, found: Course) -> Any:
    problems = Problems()
    choice = found.plan.site.calendar
    given = {"oral": asked.oral, "times": asked.times, "alarm": asked.alarm}
    accepted = {"oral": ("each", "run"), "times": ("utc", "zone")}
    for name, text in given.items():
        if text is not None and name in accepted and text not in accepted[name]:
            problems.add(name, text, why="is not a form", write=f"{' or '.join(accepted[name])}")
    if asked.alarm not in (None, "none"):
        problems.reading(duration, asked.alarm, "alarm")
    problems.raise_if_any()
    return choice.model_copy(
        update={name: text for name, text in given.items() if text is not None}
    )
