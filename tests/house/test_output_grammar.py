"""No output holds a number that can be misread: scanned on every way out of the program."""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pypdf
import pytest

from commands import dosing as dosing_line
from commands import schedules as schedules_line
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import CalendarChoice
from schedules.library.file_page import page
from schedules.outputs import table
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.fhir.bundle import to_fhir
from schedules.outputs.formats import FORMATS, Job
from schedules.outputs.table import (
    derivation_rows,
    dispensing_rows,
    to_csv,
    total_rows,
)
from schedules.outputs.workbook import to_xlsx
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Acknowledgement
from schedules.review.dispensing import dispensing
from tests.support.planning import whole_library

UNIT = r"[ \u00a0](?:mg|g|mcg|units?|mL|mmol|kg|cm|m2|mg/m2|g/kg|mg/kg|%)\b"

FORBIDDEN = {
    "a trailing zero": re.compile(rf"\d\.\d*0{UNIT}"),
    "a point without a digit before it": re.compile(rf"(?<![\d.])\.\d+{UNIT}"),
    "a point without a digit after it": re.compile(rf"\d\.{UNIT}"),
    "an exponent": re.compile(r"\b\d+(?:\.\d+)?[eE][+-]\d+"),
    "a micro sign": re.compile("[\u00b5\u03bc]g"),
    "a thousand without a comma": re.compile(rf"(?<![\d,./-])\d{{4,}}(?:\.\d+)?{UNIT}"),
    "a unit with no space before it": re.compile(r"\b\d+(?:\.\d+)?(?:mg|mcg|mL|units)\b"),
    "an abbreviated unit of activity": re.compile(r"\b\d+ ?(?:IU|U|u)\b"),
    "not a number": re.compile(r"\b(?:nan|inf)\b|\bNone\b(?! [a-z])"),
    "floating-point noise": re.compile(r"\d\.\d*?(?:0000000|9999999)\d*"),
}

PATIENTS = [
    {"weight": "70 kg", "height": "175 cm", "sex": "male", "age": "48 years"},
    {"weight": "154 lb", "height": "69 in", "sex": "female", "age": "61 years"},
    {"weight": "99.9 kg", "height": "1.83 m", "sex": "male", "age": "30 years"},
    {"weight": "43.2 kg", "height": "151 cm", "sex": "female", "age": "19 years"},
    {"weight": "12.3 kg", "height": "88 cm", "sex": "female", "age": "30 months"},
]
SAID = ("dose_text", "value_text", "why", "total", "total_text", "strength_text", "waste_text")
BY_WEIGHT_OR_SURFACE = ("rituximab-weekly", "cyclophosphamide-monthly", "immunoglobulin-5-days")


def asked() -> Iterator[tuple[Regimen, dict[str, str], dict[str, str]]]:
    """Every worked example of every regimen, and odd sizes for the doses that depend on them."""
    for regimen in whole_library().regimens.values():
        for example in regimen.examples:
            yield regimen, example.patient, example.choose
    for name in BY_WEIGHT_OR_SURFACE:
        for patient in PATIENTS:
            yield whole_library().regimens[name], patient, {}


def course_for(regimen: Regimen, patient: dict[str, str], choices: dict[str, str]) -> Course:
    plan = make_plan(
        regimen,
        whole_library().knowledge_for(regimen),
        whole_library().site,
        PatientEntry.model_validate({"label": "ward-7", **patient}),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices=choices,
    )
    return work_out(plan, whole_library())


def courses() -> Iterator[Course]:
    for regimen, patient, choices in asked():
        yield course_for(regimen, patient, choices)


def unfolded(calendar: bytes) -> str:
    text = calendar.decode().replace("\r\n ", "")
    return text.replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n")


def workbook_texts(data: bytes) -> Iterator[str]:
    """Return every text of a workbook but the sources, which are quoted as they print."""
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        head, *rows = sheet.iter_rows(values_only=True)
        for row in rows:
            for column, cell in zip(head, row, strict=True):
                if isinstance(cell, str) and column != "source":
                    yield cell


def fhir_texts(node: Any) -> Iterator[str]:
    """Return what a person reads in a bundle: texts, but no findings, whose sources are quoted."""
    if isinstance(node, dict):
        if node.get("resourceType") == "DetectedIssue":
            return
        yield from (node[key] for key in ("text", "description") if isinstance(node.get(key), str))
        node = list(node.values())
    for part in node if isinstance(node, list) else ():
        yield from fhir_texts(part)


@functools.cache
def outputs() -> list[tuple[str, str]]:
    """Return every text of every way out, with its name, made once for all forms."""
    return [*of_courses(), *of_pages()]


@functools.cache
def lines() -> dict[str, str]:
    """Return each line of the outputs once, with where it stands first: no form spans two lines."""
    return {line: name for name, text in reversed(outputs()) for line in text.split("\n")}


def of_courses() -> Iterator[tuple[str, str]]:
    for found in courses():
        name = f"{found.regimen.id} {found.plan.patient.weight}"
        texts = [
            str(value)
            for row in table.rows(found)
            for key, value in row.items()
            if key.endswith("_text")
        ]
        yield f"{name} table", "\n".join(texts)
        yield f"{name} findings", "\n".join(finding.text for finding in found.findings)
        steps = [step.as_dict() for row in found.rows for step in row.dose.steps]
        yield f"{name} steps", "\n".join(f"{step['value']} {step['why']}" for step in steps)
        taken = dispensing(found)
        said = [str(entry.packs) for entry in taken.prepared]
        yield f"{name} packs", "\n".join([*said, *taken.notes])
        for made in (derivation_rows, total_rows, dispensing_rows):
            cells = [text for row in made(found) for key, text in row.items() if key in SAID]
            yield f"{name} {made.__name__}", "\n".join(cells)
        if found.stopped or found.unacknowledged:
            continue
        if found.regimen.id in BY_WEIGHT_OR_SURFACE:
            yield f"{name} workbook", "\n".join(workbook_texts(to_xlsx(found)))
        yield f"{name} fhir", "\n".join(fhir_texts(json.loads(to_fhir(found))))
        csv_texts = to_csv(found).decode().splitlines()
        yield f"{name} csv", "\n".join(",".join(re.findall(r'"[^"]*"', line)) for line in csv_texts)
        for discreet in (False, True):
            for oral in ("each", "run"):
                choice = CalendarChoice.model_validate(
                    {"oral": oral, "times": "utc", "alarm": "30 min"}
                )
                yield f"{name} ics", unfolded(to_ics(found, discreet=discreet, choice=choice))


def of_pages() -> Iterator[tuple[str, str]]:
    for regimen in whole_library().regimens.values():
        # Sources are quoted as they print.
        said_here = (
            line for line in page(regimen, whole_library()) if not line.startswith("- Source ")
        )
        yield f"{regimen.id} page", "\n".join(said_here)


def test_there_is_something_to_scan() -> None:
    assert len(outputs()) > 60
    assert sum(len(text) for _, text in outputs()) > 100_000


@pytest.mark.hazard("H16")
@pytest.mark.parametrize("form", FORBIDDEN)
def test_no_output_holds_a_forbidden_form(form: str) -> None:
    found = [
        f"{name}: ...{text[max(0, hit.start() - 30) : hit.end() + 10]!r}"
        for text, name in lines().items()
        for hit in FORBIDDEN[form].finditer(text)
    ]
    assert not found[:5]


# Doses by surface in a band, dealt out for an odd weight, in units, and procedures among doses.
ON_PAPER = {
    "cyclophosphamide-euvas": {},
    "immunoglobulin-5-days": PATIENTS[1],
    "botulinum-toxin-migraine-onabotulinumtoxina": {},
    "plasma-exchange-before-each-cyclophosphamide": {},
}


def papers() -> Iterator[tuple[str, str]]:
    when = dt.datetime(2026, 11, 21, 15, 40, tzinfo=dt.UTC)
    for name, patient in ON_PAPER.items():
        regimen = whole_library().regimens[name]
        example = regimen.examples[0]
        found = course_for(regimen, patient or example.patient, example.choose)
        seen = [Acknowledgement(code=f.code, reason="seen") for f in found.unacknowledged]
        found = work_out(found.plan.model_copy(update={"acknowledgements": seen}), whole_library())
        job = Job(course=found, library=whole_library(), printed_at=when)
        for form in FORMATS:
            if form.on_paper:
                pages = pypdf.PdfReader(io.BytesIO(form.write(job))).pages
                text = " ".join(page.extract_text().replace("\n", " ") for page in pages)
                yield f"{name} {form.title}", text


@pytest.mark.hazard("H16")
def test_no_paper_holds_a_forbidden_form() -> None:
    found = list(papers())
    assert len(found) >= 16
    assert not [
        f"{name}: {form}: {text[max(0, hit.start() - 30) : hit.end() + 10]!r}"
        for name, text in found
        for form, pattern in FORBIDDEN.items()
        for hit in pattern.finditer(text)
    ][:5]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("a trailing zero", "1.50 mg"),
        ("a point without a digit before it", "give .5 mg"),
        ("a point without a digit after it", "5. mg"),
        ("an exponent", "1E+2 mg"),
        ("a micro sign", "5 \u00b5g"),
        ("a thousand without a comma", "2800 mg"),
        ("a unit with no space before it", "700mg"),
        ("an abbreviated unit of activity", "100 IU"),
        ("not a number", "dose nan mg"),
        ("floating-point noise", "0.30000000000000004 mg"),
    ],
)
def test_the_scan_finds_each_forbidden_form(form: str, text: str) -> None:
    assert FORBIDDEN[form].search(text)


@pytest.mark.parametrize("text", ["700 mg", "0.5 g", "2,800 mg", "1,844.7 mg", "100 units", "10 %"])
def test_the_scan_lets_good_forms_pass(text: str) -> None:
    assert not [form for form, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_the_command_lines_print_no_forbidden_form(capsys: pytest.CaptureFixture[str]) -> None:
    size = ["--weight", "70 kg", "--height", "175 cm", "--sex", "male", "--age", "48 years"]
    assert dosing_line.main(["body", *size, "--creatinine", "80 umol/L"]) == 0
    dose = ["dose", "--rate", "375 mg/m2", *size, "--surface", "mosteller", "--cap", "600 mg"]
    assert dosing_line.main(dose) == 0
    bag = [
        "infuse",
        "--dose",
        "1 g",
        "--volume",
        "1.5 L",
        "--start",
        "22:00",
        "--drops-per-ml",
        "60",
    ]
    assert (
        dosing_line.main([*bag, "--ladder", "rituximab-first", "--pause", "7 min for 9 min"]) == 0
    )
    plan = ["plan", "cyclophosphamide-monthly", *size, "--start", "2026-11-30"]
    assert schedules_line.main(plan) == 0
    printed = capsys.readouterr().out
    assert "11,100 mg" in printed
    assert not [(form, hit) for form, p in FORBIDDEN.items() if (hit := p.search(printed))]
