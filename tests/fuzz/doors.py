"""The doors that are fed: what comes in from outside, and what it is handed to.

Each takes decisions, writes something of its grammar, and hands it to the program as its user
would. The program answers, or refuses in its own words; anything else is a finding.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import streamlit as st

import dosing
import schedules
from commands.posology import main
from dosing.drugs.band_table import read_table
from dosing.errors import InputError, KnowledgeError
from dosing.numbers import read_clock, read_count, read_decimal, read_fraction, read_share
from dosing.trace import RefusedError
from dosing.units import KINDS, read
from records.database import sqlite_url
from records.store import open_store
from records.transfer import export, restore
from schedules.course.work_out import work_out
from schedules.knowledge.site import read_zone
from schedules.knowledge.span import Span
from schedules.library.read_plan_definition import read_plan_definition
from schedules.library.reader import read_library
from schedules.library.write_plan_definition import to_plan_definition
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.calendar.ward import compare_calendar
from schedules.plans.patient_entry import PATIENT_FIELDS
from schedules.plans.patient_reading import read_date
from schedules.plans.plan import Plan
from screens.access.feed import feed_route
from screens.forms.patient_texts import texts_of
from screens.forms.plan_file import read_plan_file
from tests.doors.answering import unfit
from tests.fuzz.choices import Choices
from tests.fuzz.grammars import GRAMMARS
from tests.support.places import ROOT
from tests.support.planning import RITUXIMAB, course_of, library, planned
from tests.support.shelf import read_anew, shelf
from tests.support.ward import saved

OUR_OWN = (InputError, KnowledgeError, RefusedError)
# How a run of a command ends: done, bad input, stopped for safety.
_ENDS = (0, 2, 3)
_WHEN = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
_TABLE = """from,to,dose,drug,strength,version,within_percent,source
4.6 mg,5.09 mg,4.8 mg,rituximab,1 mg/mL,1,6,a table
5.09 mg,5.6 mg,5.3 mg,rituximab,1 mg/mL,1,6,a table
"""
_PATIENTS = """label,first_day,weight (kg),height (cm),sex,age,born,takes,conditions,results
1,2026-11-30,70,175,male,48 years,,valproate; allopurinol,,
2,2026-12-01,62 kg,168,female,,1961-12-24,,hepatitis B,neutrophils 0.9 10^9/L 2026-11-18
"""
_PATIENT: Any = {
    **{"start": "2026-11-30", "made_on": "2026-11-20", "label": "x", "weight": "70 kg"},
    **{"height": "175 cm", "sex": "male", "age": "48 years"},
}
_OF_A_DOSE = (
    *("rate", "weight", "height", "basis", "ideal", "fraction", "surface", "cap", "doses_a_day"),
    *("round_to", "rounding", "sex", "drug", "route"),
)
_OF_A_PLAN = (
    *("start", "made_on", "choose", "dose", "adjust", "acknowledge", "because", "who", "zone"),
    *("times", *(field.name for field in PATIENT_FIELDS)),
)
_OF_A_CHANGE = ("scope", "by", "to", "give", "on", "time", "amount", "n", "weight", "doses")
_SAID = {"who": "AB", "when": "2026-12-20T09:00:00Z", "why": "neutrophils 0.9"}


class UnanswerableError(Exception):
    """A door has answered in no way that it may."""


@functools.cache
def _room() -> Path:
    """Return a folder that a run may fill, with a small library and a plan in it."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    shelf(folder / "library", only=("thiamine", "thiamine"))
    shutil.copytree(folder / "library", folder / "spoilt")
    shelf(folder / "four")
    (folder / "plan.json").write_text(planned(RITUXIMAB).to_json(), encoding="utf-8")
    return folder


def _quantity(choices: Choices) -> None:
    text = choices.written(GRAMMARS["quantity"])
    readers: list[Callable[..., object]] = [read_clock, read_count, read_decimal, read_fraction]
    if choices.below(4) == 3:
        choices.pick([*readers, read_share])(text, "value")
    else:
        read(choices.pick(list(KINDS)), text)


def _date(choices: Choices) -> None:
    text = choices.written(GRAMMARS["date"])
    match choices.below(4):
        case 0 | 1:
            read_date(text, "first day")
        case 2:
            read_zone(text)
        case _:
            with contextlib.suppress(ValueError):  # pydantic makes a problem of it
                Span.parse(text)


def _order(choices: Choices) -> None:
    grammar = GRAMMARS["order"]
    asked: dict[str, Any] = {"dose": "700 mg", "volume": "500 mL", "over": "250 min"}
    asked["bag"] = "everything"
    names = ("dose", "volume", "over", "bag", "start", "drops_per_ml", "weight", "bsa", "overfill")
    for _ in range(1 + choices.below(4)):
        match choices.below(4):
            case 0 | 1:
                asked[choices.pick(names)] = choices.value(grammar)
            case 2:
                rates = [choices.written(grammar, "<for>") for _ in range(1 + choices.below(3))]
                asked |= {"over": None, "rates": rates}
            case _:
                stop = choices.pick(("pauses", "reactions"))
                asked[stop] = [choices.written(grammar, "<at>")]
    dosing.infuse(**asked).to_dict()


def _band_table(choices: Choices) -> None:
    read_table(choices.spoilt(_TABLE, GRAMMARS["band-table"]), "t.csv", "t")


def _library_file(choices: Choices) -> None:
    files = ("regimens/thiamine.yaml", "drugs/thiamine.yaml", "site.yaml", "terms/tests.yaml")
    name = choices.pick(files)
    good = (_room() / "library" / name) if name in files[:3] else ROOT / name
    spoilt = _room() / "spoilt" / name
    spoilt.parent.mkdir(exist_ok=True)
    text = choices.spoilt(good.read_text(encoding="utf-8"), GRAMMARS["library-file"])
    spoilt.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        if choices.below(2):
            # With its reading written anew a file gets as far as its worked examples.
            read_anew(_room() / "spoilt")
        read_library(_room() / "spoilt")
    finally:
        if name in files[:3]:
            shutil.copy(good, spoilt)
        else:
            spoilt.unlink()


def _plan_file(choices: Choices) -> None:
    grammar, plan = GRAMMARS["plan-file"], json.loads(planned(RITUXIMAB).to_json())
    for _ in range(choices.below(4)):
        plan["changes"].append(_change(choices))
    if choices.below(2):
        plan = choices.edited(plan, grammar)
    text = json.dumps(plan)
    text = choices.spoilt(text, grammar) if choices.below(16) == 15 else text
    found = work_out(Plan.from_json(text), library())
    to_ics(found)


def _change(choices: Choices) -> dict[str, Any]:
    grammar = GRAMMARS["plan-file"]
    kind = choices.written(grammar, "<kind>")
    change: dict[str, Any] = {**_SAID, "kind": kind, "at": choices.written(grammar, "<place>")}
    fields = {
        "scope": "<scope>",
        "by_days": "<number>",
        "to": "<date>",
        "on": "<date>",
        "time": "<clock>",
        "percent": "<number>",
        "of": "<word>",
        "days": "<number>",
        "weight": "<quantity>",
        "amount": "<quantity>",
        "from_day": "<date>",
        "n": "<number>",
    }
    for name in fields:
        if choices.below(3) == 1:
            text = choices.written(grammar, fields[name])
            change[name] = int(text) if text.isdecimal() and len(text) < 30 else text
    return change


def _calendar_file(choices: Choices) -> None:
    course = course_of(RITUXIMAB)
    text = choices.spoilt(_calendar(), GRAMMARS["calendar-file"]).replace("\n", "\r\n")
    file = text.encode("utf-8", "surrogatepass")
    compare_calendar(course, file, library(), who="AB", when=_WHEN)


@functools.cache
def _calendar() -> str:
    return to_ics(course_of(RITUXIMAB)).decode().replace("\r\n", "\n")


@functools.cache
def _lines() -> tuple[str, ...]:
    store = open_store(sqlite_url(_room() / "records.sqlite3"))
    saved(store)
    lines = tuple(export(store.engine))
    store.close()
    return lines


def _records_lines(choices: Choices) -> None:
    grammar, lines = GRAMMARS["records-lines"], list(_lines())
    for _ in range(1 + choices.below(2)):
        number = choices.below(len(lines))
        entry = choices.edited(json.loads(_lines()[number]), grammar)
        lines[number] = json.dumps(entry) + "\n"
    if choices.below(8) == 7:
        lines = choices.spoilt("".join(lines), grammar).splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "records.sqlite3"
        shutil.copy(_empty_store(), empty)
        store = open_store(sqlite_url(empty))
        try:
            restore(store.engine, lines)
        finally:
            store.close()


@functools.cache
def _empty_store() -> Path:
    path = _room() / "empty.sqlite3"
    open_store(sqlite_url(path)).close()
    return path


def _programs(choices: Choices) -> None:
    grammar = GRAMMARS["programs"]
    match choices.below(3):
        case 0:
            asked: dict[str, Any] = {"rate": "0.4 g/kg", "weight": "72 kg"}
            for _ in range(1 + choices.below(4)):
                asked[choices.pick(_OF_A_DOSE)] = choices.value(grammar)
            str(dosing.dose(**asked))
        case 1:
            asked = dict(_PATIENT)
            for _ in range(1 + choices.below(4)):
                asked[choices.pick(_OF_A_PLAN)] = choices.value(grammar)
            schedules.plan(RITUXIMAB, library=library(), **asked).to_dict()
        case _:
            course = schedules.plan(RITUXIMAB, library=library(), **_PATIENT)
            kind = choices.written(GRAMMARS["plan-file"], "<kind>")
            many = range(choices.below(5))
            typed = {choices.pick(_OF_A_CHANGE): choices.value(grammar) for _ in many}
            at = choices.written(grammar, "<place>")
            course.change(kind, at=at, why="x", who="AB", **typed).to_dict()


def _command_line(choices: Choices) -> None:
    typed = choices.written(GRAMMARS["command-line"]).split("\n")
    # What is written lies in the folder of the run, and no further.
    words = [word.replace("..", ".") for word in typed if not word.startswith(("/", "--lib"))]
    _run(["--library", str(_room() / "four"), *words])


def _run(words: list[str]) -> None:
    """Run a command in a folder of its own, and look at its end and at what it says."""
    said, wrong = io.StringIO(), io.StringIO()
    before = Path.cwd()
    with tempfile.TemporaryDirectory(dir=_room()) as folder:
        shutil.copy(_room() / "plan.json", folder)
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(wrong):
                end = main(words)
        except SystemExit as error:
            end = error.code if isinstance(error.code, int) else -1
        finally:
            os.chdir(before)
    if end not in _ENDS or "Traceback" in said.getvalue() + wrong.getvalue():
        raise UnanswerableError(f"{words} ended with {end}: {wrong.getvalue()[-200:]}")


def _screens(choices: Choices) -> None:
    if choices.below(2):
        _feed(choices)
        return
    plan = choices.edited(json.loads(planned(RITUXIMAB).to_json()), GRAMMARS["plan-file"])
    text = json.dumps(plan, ensure_ascii=bool(choices.below(2)))
    dropped = {"file": io.BytesIO(text.encode("utf-8", "surrogatepass"))}
    with mock.patch.object(st, "session_state", dropped):
        opened = read_plan_file("file")
    if isinstance(opened, Plan):
        texts_of(opened.patient)


def _feed(choices: Choices) -> None:
    def read_feed(token: str) -> bytes | None:
        return b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" if token == "known" else None  # noqa: S105

    text = choices.written(GRAMMARS["screens"])
    path = choices.pick(("/feed/known.ics", f"/feed/{text}.ics", f"/feed/{text}", "/feed/"))
    headers = [(b"if-none-match", text.encode("latin-1", "replace")), (b"host", b"x")]
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": choices.pick(("GET", "HEAD", "POST", "PROPFIND")),
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": choices.pick((("10.0.0.1", 1), None, ("::1", 1), (text, 1))),
        "server": ("x", 80),
        "scheme": "http",
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        await feed_route(read_feed).app(scope, receive, send)

    asyncio.run(ask())
    if sent[0]["status"] not in (200, 304, 404, 429):
        raise UnanswerableError(f"{path!r} was answered {sent[0]['status']}")


def _fhir_file(choices: Choices) -> None:
    grammar = GRAMMARS["fhir-file"]
    name = choices.pick(sorted(library().regimens))
    text = json.dumps(choices.edited(json.loads(_definition(name)), grammar))
    text = choices.spoilt(text, grammar) if choices.below(16) == 15 else text
    read_plan_definition(text.encode("utf-8", "surrogatepass"), library().drugs)


@functools.cache
def _definition(name: str) -> bytes:
    return to_plan_definition(library().regimens[name], library().drugs)


def _patients_table(choices: Choices) -> None:
    path = _room() / "patients.csv"
    text = choices.spoilt(_PATIENTS, GRAMMARS["patients-table"])
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    asked = ["--library", str(_room() / "four"), "cohort", str(path), "--regimen", RITUXIMAB]
    _run([*asked, "--made-on", "2026-11-20", "--out", "doses.csv"])


DOORS: dict[str, Callable[[Choices], None]] = {
    "quantity": _quantity,
    "date": _date,
    "order": _order,
    "band-table": _band_table,
    "library-file": _library_file,
    "plan-file": _plan_file,
    "calendar-file": _calendar_file,
    "records-lines": _records_lines,
    "programs": _programs,
    "command-line": _command_line,
    "screens": _screens,
    "fhir-file": _fhir_file,
    "patients-table": _patients_table,
}


def feed(door: str, data: bytes) -> bool:
    """Hand what the bytes decide to a door; return whether it was taken, not refused."""
    try:
        DOORS[door](Choices(data))
    except OUR_OWN as error:
        if why := unfit(str(error)):
            raise UnanswerableError(why) from error
        return False
    return True
