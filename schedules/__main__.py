"""The command line of the planner: the library, plans, courses and their changes."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dosing.command import BAD_INPUT, DONE, STOPPED, Parser, add_command, run, say, say_error
from dosing.errors import InputError, KnowledgeError, Problem, Problems
from dosing.order import BAGS, NOT_COUNTED, Typed
from dosing.units import duration
from schedules.export import Job, documents, kinds, pick, write_all

if TYPE_CHECKING:
    from dosing.drug import Drug
    from dosing.files import FileModel
    from schedules.course import Course
    from schedules.library import Library
    from schedules.plan import Plan, PlannedAdjustment
    from schedules.pump_card import PumpOrder
    from schedules.regimen import Regimen

HERE = Path(__file__).resolve().parent.parent
# Never an argument: other people of the machine can read those.
_CALDAV_VARIABLE = "POSOLOGY_CALDAV_PASSWORD"
_LABEL = 'a label for the patient, such as "ward-7"; never a name'


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run it."""
    parser = Parser(
        prog="python -m schedules", allow_abbrev=False,
        description="Turn a regimen and a first day into dated doses.",
        epilog="Exit codes: 0 done, 2 bad input, 3 stopped for safety (nothing is exported).",
    )  # fmt: skip
    parser.add_argument("--library", type=Path, default=HERE, metavar="DIR",
                        help="the folder that holds regimens/, drugs/ and site.yaml")  # fmt: skip
    commands = parser.add_subparsers(
        dest="command",
        required=True,
        metavar="COMMAND",
    )
    _simple_parsers(commands)
    _plan_parser(commands)
    _course_parser(commands)
    _change_parsers(commands)
    _export_parser(commands)
    given = list(sys.argv[1:] if arguments is None else arguments)
    if any(not _is_text(text) for text in given):
        say_error(["an argument is not text in UTF-8; type it again"])
        return BAD_INPUT
    asked = parser.parse_args(given)
    return run(lambda: int(asked.run(asked)))


def _is_text(argument: str) -> bool:
    """Tell whether it can be written out again; bytes that are no text come in as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in argument)


def _simple_parsers(commands: Any) -> None:
    listing = add_command(commands, "list", _list, "list the regimens")
    listing.add_argument(
        "--search", default="", metavar="TEXT", help="a disease, drug, route or status"
    )
    listing.add_argument("--jurisdiction", default="", metavar="PLACE",
                         choices=("US", "EU", "UK", "AU", "CA-ON"),
                         help="those of US, EU, UK, AU or CA-ON, and of none")  # fmt: skip
    listing.add_argument("--json", action="store_true", help="print JSON")
    showing = add_command(commands, "show", _show, "show a regimen as a pharmacist reads it")
    showing.add_argument("id", metavar="ID")
    showing.add_argument("--json", action="store_true", help="print JSON")
    checking = add_command(
        commands, "check", _check, "check every file and replay every worked example"
    )
    checking.add_argument("--strict", action="store_true",
                          help="hold every file to the rules for authors too")  # fmt: skip
    checking.add_argument("--json", action="store_true", help="print JSON")
    differing = add_command(
        commands, "diff", _diff, "say what differs between two versions of a file"
    )
    differing.add_argument("old", type=Path, metavar="OLD", help="a regimen or drug file")
    differing.add_argument("new", type=Path, metavar="NEW", help="another version of it")
    differing.add_argument("--json", action="store_true", help="print JSON")
    reading = add_command(commands, "read-back", _read_back, "read back every figure of a file")
    reading.add_argument("files", type=Path, nargs="+", metavar="FILE",
                         help="a regimen or drug file")  # fmt: skip
    reading.add_argument("--write", action="store_true",
                         help="write it into the file, once compared with the sources")  # fmt: skip
    add_command(commands, "new", _new, "ask for a new regimen and write its file, once it holds")
    schema = add_command(
        commands, "schema", _schema, "print the JSON schema of a file, for an editor"
    )
    schema.add_argument("kind", metavar="KIND", help="regimen, drug, site or plan")


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
    who.add_argument("--clearance", default="", metavar="C",
                     help='if it is known: "42 mL/min" or "42 mL/min/1.73m2"')  # fmt: skip
    who.add_argument("--clearance-by", default="", metavar="HOW",
                     help='what it is from: "cystatin C", creatinine or measured')  # fmt: skip
    who.add_argument("--genotype", default="", metavar="G",
                     help="of TPMT and NUDT15: normal, both intermediate ...")  # fmt: skip
    who.add_argument("--earlier", nargs="+", action="extend", default=[], metavar="DRUG=AMOUNT",
                     help='what was given before this course: cyclophosphamide="5 g"')  # fmt: skip
    who.add_argument("--condition", nargs="+", action="extend", default=[], metavar="DISEASE",
                     help='other diseases: "myasthenia gravis"')  # fmt: skip
    who.add_argument("--takes", nargs="+", action="extend", default=[], metavar="DRUG",
                     help="other drugs that the patient takes")  # fmt: skip
    who.add_argument("--size-confirmed", action="store_true",
                     help="weight and height of a rare size were measured again")  # fmt: skip
    what = parser.add_argument_group("the course")
    what.add_argument("--start", default="", metavar="DATE", help="the first day: 2026-11-30")
    what.add_argument("--zone", default="", metavar="ZONE", help="time zone, such as Europe/London")
    what.add_argument("--choose", nargs="+", action="extend", default=[], metavar="NAME=VALUE",
                      help="the choices that the regimen leaves open")  # fmt: skip
    what.add_argument("--at", nargs="+", action="extend", default=[], metavar="WORD=TIME",
                      help="another clock time than the site's: infusion=10:30")  # fmt: skip
    what.add_argument("--dose", default="", metavar="D", help="another dose than the regimen's")
    what.add_argument("--adjust", nargs="+", action="extend", default=[], metavar="DRUG=PART",
                      help='a part of the standard dose: azathioprine="25 %%"')  # fmt: skip
    what.add_argument("--because", default="", metavar="REASON", help="why the dose is adjusted")
    _export_options(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="save the plan (JSON)")


def _course_parser(commands: Any) -> None:
    parser = add_command(commands, "course", _course, "work out the course of a saved plan")
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    parser.add_argument("--after", type=int, metavar="N", help="as it stood after N changes")
    _export_options(parser)


def _change_parsers(commands: Any) -> None:
    from schedules.change_command import change_options
    from schedules.check_command import check_options

    change_options(
        add_command(commands, "change", _change, "change a saved plan, with who and why")
    )
    undoing = add_command(commands, "undo", _undo, "take the last change of a plan back")
    undoing.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    undoing.add_argument("--preview", action="store_true", help="show what it would do")
    undoing.add_argument("--out", type=Path, metavar="FILE", help="write the plan elsewhere")
    undoing.add_argument("--json", action="store_true", help="print JSON")
    pushing = add_command(
        commands, "push", _push, "write the course into a calendar on a CalDAV server"
    )
    pushing.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    pushing.add_argument("--caldav", required=True, metavar="URL", help="the calendar's address")
    pushing.add_argument("--user", required=True, metavar="NAME",
                         help=f"the password: {_CALDAV_VARIABLE}, or it is asked for")  # fmt: skip
    pushing.add_argument("--discreet", action="store_true", help="name no drug, dose or disease")
    pushing.add_argument("--overwrite", action="store_true",
                         help="also what was moved in the calendar")  # fmt: skip
    pushing.add_argument("--json", action="store_true", help="print JSON")
    comparing = add_command(commands, "compare", _compare, "say what a ward's calendar moved")
    comparing.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    comparing.add_argument("calendar", type=Path, metavar="ICS", help="the calendar file")
    comparing.add_argument("--who", default="", metavar="INITIALS", help="who compares")
    comparing.add_argument("--json", action="store_true", help="print JSON")
    verifying = add_command(
        commands, "check-plan", _check_plan, "lay a saved plan out for the check"
    )
    verifying.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    check_options(verifying)
    telling = add_command(commands, "history", _history, "list what was changed, by whom, and why")
    telling.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    telling.add_argument("--json", action="store_true", help="print JSON")


def _export_parser(commands: Any) -> None:
    parser = add_command(commands, "export", _export, "write one file of a saved plan's course")
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a saved plan file")
    parser.add_argument("--to", required=True, metavar="KIND", help=", ".join(kinds()))
    parser.add_argument("--what", default="", metavar="DOCUMENT",
                        help=f"which PDF: {', '.join(documents())}")  # fmt: skip
    parser.add_argument("--discreet", action="store_true", help="name no drug, dose or disease")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    _pump_options(parser)
    _acknowledge_options(parser)


_OF_THE_BAG = (
    "drug", "volume", "bag", "drug_volume", "concentration", "overfill", "undiluted", "diluent",
    "ladder", "over", "rate",
)  # fmt: skip


def _pump_options(parser: Any) -> None:
    """Add what a pump card needs besides the plan; none of it has a default."""
    bag = parser.add_argument_group("the bag of a pump card (--what pump)")
    bag.add_argument("--drug", metavar="ID", default="", help="whose bag it is: rituximab")
    bag.add_argument("--volume", metavar="V", help='the volume of the bag: "500 mL"')
    bag.add_argument("--bag", metavar="HOLDS", help=" | ".join(
        f"{word} ({meaning})" for word, meaning in BAGS.items()
    ))  # fmt: skip
    bag.add_argument("--drug-volume", metavar="V", help='volume of the drug that is added: "24 mL"')
    bag.add_argument("--concentration", metavar="C", help='of the product: "10 mg/mL"')
    bag.add_argument("--overfill", metavar="V", help=f'"20 mL", or "{NOT_COUNTED}"')
    bag.add_argument("--undiluted", action="store_true", help="the product as it comes, no bag")
    bag.add_argument("--diluent", metavar="NAME", default="", help='"sodium chloride 0.9 %%"')
    bag.add_argument("--ladder", metavar="ID", nargs="+", action="extend", default=[],
                     help="which rate ladder, where the drug file has several")  # fmt: skip
    bag.add_argument("--over", metavar="T", help='the whole bag at one rate: "60 min"')
    bag.add_argument("--rate", metavar="R", nargs="+", action="extend", default=[],
                     help='after an open ladder its rest: "100 mg/h"')  # fmt: skip


def _acknowledge_options(parser: Any) -> None:
    parser.add_argument("--acknowledge", nargs="+", action="extend", default=[],
                        metavar="CODE=REASON",
                        help="accept a WARN by its code, with the reason")  # fmt: skip
    parser.add_argument("--who", default="", metavar="INITIALS", help="who accepts it")


def _export_options(parser: argparse.ArgumentParser) -> None:
    out = parser.add_argument_group("output")
    out.add_argument("--ics", type=Path, metavar="FILE", help="write a calendar file")
    out.add_argument("--discreet", action="store_true", help="name no drug, dose or disease in it")
    out.add_argument("--since", type=int, default=0, metavar="N",
                     help="only events that change N or a later one altered")  # fmt: skip
    out.add_argument("--oral", metavar="FORM", help="oral doses as each (one event a dose) or run")
    out.add_argument("--times", metavar="FORM", help="calendar times as utc or zone")
    out.add_argument("--alarm", metavar="BEFORE", help='alarm before each dose: "30 min" or none')
    out.add_argument("--csv", type=Path, metavar="FILE", help="write the table of doses")
    _acknowledge_options(out)
    out.add_argument("--json", action="store_true", help="print JSON")


def _library(asked: argparse.Namespace, only: str | None = None) -> Library:
    from schedules.library import read_library

    return read_library(asked.library, only=only)


def _list(asked: argparse.Namespace) -> int:
    from schedules.library import summary

    library = _library(asked)
    fitting = library.search(asked.search)
    if asked.jurisdiction:
        fitting = [one for one in fitting if one.jurisdiction in ("", asked.jurisdiction)]
    found = [summary(library, regimen) for regimen in fitting]
    if asked.json:
        say(json.dumps(found, indent=2, ensure_ascii=False))
        return DONE
    width = max((len(entry["id"]) for entry in found), default=0)
    for entry in found:
        say(
            f"{entry['id']:<{width}}  {entry['title']}  "
            f"({entry['status']}, version {entry['version']})"
        )
    if not found:
        say(f'No regimen has "{asked.search}" in its title, diseases, drugs, routes or status.')
    return DONE


def _show(asked: argparse.Namespace) -> int:
    from schedules.page import page

    library = _library(asked, only=asked.id)
    regimen = library.regimen(asked.id)
    if asked.json:
        say(regimen.model_dump_json(indent=2, by_alias=True))
    else:
        say("\n".join(page(regimen, library)))
    return DONE


def _check(asked: argparse.Namespace) -> int:
    problems: Sequence[str] = ()
    counts = (0, 0, 0)
    try:
        library = _library(asked)
        examples = sum(len(regimen.examples) for regimen in library.regimens.values())
        counts = (len(library.regimens), len(library.drugs), examples)
        if asked.strict:
            from schedules.strict import findings

            problems = findings(library, asked.library, _today())
    except KnowledgeError as error:
        problems = error.problems
    if asked.json:
        names = ("regimens", "drugs", "examples")
        say(
            json.dumps(
                {**dict(zip(names, counts, strict=True)), "problems": list(problems)}, indent=2
            )
        )
    if problems:
        raise KnowledgeError(*problems)
    if not asked.json:
        say(
            f"{counts[0]} regimens and {counts[1]} drugs hold; "
            f"{counts[2]} worked examples reproduce"
            f"{'; every rule for authors is kept' if asked.strict else ''}."
        )
    return DONE


def _today() -> dt.date:
    return dt.datetime.now(tz=dt.UTC).date()


def _diff(asked: argparse.Namespace) -> int:
    from schedules.difference import differences
    from schedules.library import read_version

    versions: list[Regimen | Drug] = []
    problems: list[str] = []
    for path in (asked.old, asked.new):
        try:
            versions.append(read_version(path))
        except KnowledgeError as error:
            problems += error.problems
    if problems:
        raise KnowledgeError(*problems)
    found = differences(*versions)
    if asked.json:
        old, new = ({"id": version.id, "version": version.version} for version in versions)
        content = {"old": old, "new": new, "differences": [entry.as_dict() for entry in found]}
        say(json.dumps(content, indent=2, ensure_ascii=False))
        return DONE
    for entry in found:
        say(entry.text)
    if not found:
        say("No difference.")
    return DONE


def _read_back(asked: argparse.Namespace) -> int:
    from schedules.filetext import read_back_of, write_read_back

    for path in asked.files:
        for line in read_back_of(path):
            say(line)
        if asked.write:
            write_read_back(path)
    return DONE


def _new(asked: argparse.Namespace) -> int:
    from schedules.newfile import new_regimen

    def ask(question: str) -> str:
        try:
            return input(question)
        except EOFError:
            raise InputError(
                Problem(field="answers", typed="", why="end too early", accepted="answer all")
            ) from None

    path = new_regimen(asked.library, _library(asked), ask, say, dt.datetime.now(tz=dt.UTC).date())
    say(f"\nWritten and checked: {path.name}. It is under review until a clinician endorses it.")
    return DONE


def _schema(asked: argparse.Namespace) -> int:
    from dosing.drug import Drug
    from schedules.plan import Plan
    from schedules.regimen import Regimen
    from schedules.site import Site

    kinds: dict[str, type[FileModel]] = {
        "regimen": Regimen,
        "drug": Drug,
        "site": Site,
        "plan": Plan,
    }
    if asked.kind not in kinds:
        raise InputError(
            Problem(field="schema", typed=asked.kind, why="is not a kind of file",
                    accepted=f"write {', '.join(kinds)}")
        )  # fmt: skip
    say(json.dumps(kinds[asked.kind].model_json_schema(), indent=2))
    return DONE


def _plan(asked: argparse.Namespace) -> int:
    from schedules.plan import PatientEntry, earlier_problems, make_plan, read_date

    library = _library(asked, only=asked.id)
    regimen = library.regimen(asked.id)
    problems = Problems()
    born = problems.reading(read_date, asked.born, "born") if asked.born else None
    weight_on = (
        problems.reading(read_date, asked.weight_on, "weight-on") if asked.weight_on else None
    )
    pairs = {
        name: _pairs(problems, name, getattr(asked, name))
        for name in ("choose", "at", "earlier", "adjust")
    }
    problems.add(earlier_problems(regimen, pairs["earlier"]))
    acknowledged = _acknowledgements(problems, asked)
    adjusted = _adjustments(problems, asked, pairs["adjust"])
    entry = PatientEntry(
        label=asked.label, sex=asked.sex, age=asked.age, born=born, weight=asked.weight,
        weight_on=weight_on, height=asked.height, creatinine=asked.creatinine,
        clearance=asked.clearance, clearance_by=asked.clearance_by, genotype=asked.genotype,
        size_confirmed=asked.size_confirmed, earlier=pairs["earlier"],
        conditions=asked.condition, takes=asked.takes,
    )  # fmt: skip
    made = problems.reading(
        make_plan, regimen, library.knowledge_for(regimen), library.site, entry,
        first_day=asked.start, made_on=_today(), choices=pairs["choose"],
        zone=asked.zone, times=pairs["at"], dose_text=asked.dose, adjustments=adjusted,
        acknowledgements=acknowledged,
    )  # fmt: skip
    return _deliver(asked, _worked_out(problems.settled(made), library), asked.out)


def _course(asked: argparse.Namespace) -> int:
    plan = _saved(asked.plan)
    problems = Problems()
    more = _acknowledgements(problems, asked)
    if asked.after is not None and not 0 <= asked.after <= len(plan.changes):
        problems.add([Problem(field="after", typed=str(asked.after), why="is no number of changes",
                              accepted=f"write 0 to {len(plan.changes)}")])  # fmt: skip
    problems.raise_if_any()
    if asked.after is not None:
        plan = plan.before(asked.after)
    plan = plan.model_copy(update={"acknowledgements": [*plan.acknowledgements, *more]})
    return _deliver(asked, _worked_out(plan, _library_of(asked, plan)), None)


def _export(asked: argparse.Namespace) -> int:
    """Write one file, or say what keeps the course back."""
    from schedules.terminal import print_course

    form = pick(asked.to, asked.what, discreet=asked.discreet)
    problems = Problems()
    problems.add(_bag_without_a_card(asked))
    plan = _saved(asked.plan)
    more = _acknowledgements(problems, asked)
    problems.raise_if_any()
    plan = plan.model_copy(update={"acknowledgements": [*plan.acknowledgements, *more]})
    library = _library_of(asked, plan)
    found = _worked_out(plan, library)
    if found.stopped or found.unacknowledged:
        print_course(found, as_json=False)
        _say_what_waits(found)
        return STOPPED
    job = Job(
        course=found, library=library, printed_at=dt.datetime.now(tz=dt.UTC),
        pump=_pump_order(asked),
    )  # fmt: skip
    write_all([(asked.out, form.write(job))])
    say(f"{form.title} written: {asked.out.name}.")
    return DONE


def _bag_without_a_card(asked: argparse.Namespace) -> list[Problem]:
    """Name each option of a bag that the document asked for would leave unused."""
    if asked.what == "pump":
        return []
    document = f"{asked.to} {asked.what}".strip()
    return [
        Problem(field=name.replace("_", "-"), typed="",
                why=f"is for a pump card, and not for {document}",
                accepted="leave it out, or write --to pdf --what pump")
        for name in _OF_THE_BAG
        if getattr(asked, name)
    ]  # fmt: skip


def _pump_order(asked: argparse.Namespace) -> PumpOrder | None:
    if asked.what != "pump":
        return None
    from schedules.pump_card import PumpOrder

    typed = Typed(
        volume=asked.volume, bag=asked.bag, drug_volume=asked.drug_volume,
        concentration=asked.concentration, overfill=asked.overfill, undiluted=asked.undiluted,
        diluent=asked.diluent, over=asked.over, rate=asked.rate,
    )  # fmt: skip
    return PumpOrder(bag=typed, drug=asked.drug, ladders=tuple(asked.ladder))


def _say_what_waits(found: Course) -> None:
    say_error(
        f'Nothing is exported until it is acknowledged: --acknowledge {f.code}="the reason"'
        for f in found.unacknowledged
    )


def _library_of(asked: argparse.Namespace, plan: Plan) -> Library:
    """Read what a plan needs: its own regimen, or the whole library when others were added."""
    return _library(asked, only=plan.regimen.id if len(plan.strands()) == 1 else None)


def _worked_out(plan: Plan, library: Library) -> Course:
    """Work out a course, with what the records know of it."""
    from records.known import as_known
    from schedules.course import course

    return as_known(course(plan, library), library, os.environ, HERE)


def _saved(path: Path) -> Plan:
    from schedules.plan import Plan

    try:
        return Plan.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise InputError(
            Problem(field="plan file", typed=str(path), why="cannot be read",
                    accepted="give the path of a saved plan")
        ) from None  # fmt: skip


def _change(asked: argparse.Namespace) -> int:
    from schedules.change_command import change

    plan = _saved(asked.plan)
    problems = Problems()
    choices = _pairs(problems, "choose", asked.choose)
    acknowledged = _acknowledgements(problems, asked)
    problems.raise_if_any()
    now = dt.datetime.now(tz=dt.UTC)
    library = _library(asked) if asked.kind == "add" else _library_of(asked, plan)
    return change(asked, plan, library, choices, acknowledged, _write, now)


def _undo(asked: argparse.Namespace) -> int:
    from schedules.change_command import undo

    plan = _saved(asked.plan)
    return undo(asked, plan, _library_of(asked, plan), _write)


def _push(asked: argparse.Namespace) -> int:
    from getpass import getpass

    from schedules.change_command import push

    plan = _saved(asked.plan)
    password = os.environ.get(_CALDAV_VARIABLE) or getpass(f"Password of {asked.user}: ")
    return push(asked, _worked_out(plan, _library_of(asked, plan)), password)


def _compare(asked: argparse.Namespace) -> int:
    from schedules.change_command import compare
    from schedules.course import course

    plan = _saved(asked.plan)
    library = _library_of(asked, plan)
    return compare(asked, course(plan, library), library, dt.datetime.now(tz=dt.UTC))


def _check_plan(asked: argparse.Namespace) -> int:
    from schedules.check_command import check_plan

    plan = _saved(asked.plan)
    library = _library_of(asked, plan)
    return check_plan(asked, _worked_out(plan, library), library)


def _history(asked: argparse.Namespace) -> int:
    from schedules.change_command import history

    return history(asked, _saved(asked.plan))


def _write(path: Path, content: bytes) -> None:
    write_all([(path, content)])


def _pairs(problems: Problems, field: str, texts: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            problems.add([Problem(field=field, typed=text, why="is not a name and a value",
                                  accepted='write NAME="VALUE"')])  # fmt: skip
        elif name.strip() in pairs:
            problems.add(
                [Problem(field=field, typed=text, why="comes twice", accepted="give it once")]
            )
        else:
            pairs[name.strip()] = value.strip()
    return pairs


def _acknowledgements(problems: Problems, asked: argparse.Namespace) -> list[Any]:
    from schedules.plan import Acknowledgement

    pairs = _pairs(problems, "acknowledge", asked.acknowledge)
    return [
        Acknowledgement(code=code, reason=reason, who=asked.who) for code, reason in pairs.items()
    ]


def _adjustments(
    problems: Problems, asked: argparse.Namespace, parts: Mapping[str, str]
) -> list[PlannedAdjustment]:
    from schedules.plan import PlannedAdjustment

    reason = asked.because.strip()
    if parts and not reason:
        problems.add([Problem(field="because", typed="", why="is missing",
                              accepted='write why: --because "allopurinol"')])  # fmt: skip
        return []
    return [
        PlannedAdjustment(drug=drug, part=text, reason=reason, who=asked.who)
        for drug, text in parts.items()
    ]


def _deliver(asked: argparse.Namespace, found: Course, plan_file: Path | None) -> int:
    """Write the files that were asked for, all or none, and print the course."""
    from schedules.terminal import print_course

    choice = _calendar_choice(asked, found)
    if found.stopped:
        print_course(found, as_json=asked.json)
        return STOPPED
    files: list[tuple[Path, Callable[[], bytes]]] = []
    if plan_file is not None:
        files.append((plan_file, lambda: found.plan.to_json().encode()))
    if asked.ics is not None:
        from schedules.ics import to_ics

        files.append(
            (
                asked.ics,
                lambda: to_ics(found, discreet=asked.discreet, choice=choice, since=asked.since),
            )
        )
    if asked.csv is not None:
        from schedules.table import to_csv

        files.append((asked.csv, lambda: to_csv(found)))
    if files and found.unacknowledged:
        print_course(found, as_json=asked.json)
        _say_what_waits(found)
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
            problems.add([Problem(field=name, typed=text, why="is not a form",
                                  accepted=f"write {' or '.join(accepted[name])}")])  # fmt: skip
    if asked.alarm not in (None, "none"):
        problems.reading(duration, asked.alarm, "alarm")
    problems.raise_if_any()
    return choice.model_copy(
        update={name: text for name, text in given.items() if text is not None}
    )


if __name__ == "__main__":
    sys.exit(main())
