"""The command lines as a person or another program meets them."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.support.asking import Ask, started
from tests.support.places import ROOT
from tests.support.shelf import shelf

RITUXIMAB = [
    "plan",
    "rituximab-weekly",
    "--weight",
    "70 kg",
    "--height",
    "175 cm",
    "--sex",
    "male",
    "--age",
    "48 years",
    "--start",
    "2026-11-30",
    "--label",
    "ward-7",
]
IMMUNOGLOBULIN = ["plan", "immunoglobulin-5-days", *RITUXIMAB[2:]]
CYCLOPHOSPHAMIDE = ["plan", "cyclophosphamide-monthly", *RITUXIMAB[2:]]
THIOCTIC = [
    "plan",
    "thioctic-acid",
    "--sex",
    "female",
    "--age",
    "61 years",
    "--start",
    "2027-01-04",
    "--label",
    "ward-7",
    "--choose",
    "iv_days=10",
    "oral_length=1 month",
]
# Above the usual 410 mg/m2, below the hard limit: a warning.
WARNED = [*RITUXIMAB, "--dose", "412 mg/m2"]


def test_the_plan_that_the_issue_promises(tmp_path: Path) -> None:
    said = started("schedules", *RITUXIMAB, "--ics", str(tmp_path / "course.ics"))
    assert (said.code, said.err) == (0, "")
    doses = re.findall(
        r"^(\w{3} \S+)  09:00  09:00 to 1[12]:30  induction  1/\d+\s+(\S+ mg)",
        said.out,
        re.MULTILINE,
    )
    assert doses == [
        ("Mon 30-Nov-2026", "700 mg"),
        ("Mon 07-Dec-2026", "700 mg"),
        ("Mon 14-Dec-2026", "700 mg"),
        ("Mon 21-Dec-2026", "700 mg"),
    ]
    text = (tmp_path / "course.ics").read_bytes().decode()
    assert re.findall(r"DTSTART:(\d{8})T", text) == ["20261130", "20261207", "20261214", "20261221"]


@pytest.mark.hazard("H21")
def test_a_thousandth_of_the_dose_exits_3_with_the_sentence(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("plan.json", "course.ics", "course.csv")]
    said = started(
        "schedules",
        *IMMUNOGLOBULIN,
        "--dose",
        "0.4 mg/kg",
        "--out",
        str(files[0]),
        "--ics",
        str(files[1]),
        "--csv",
        str(files[2]),
    )
    assert said.code == 3
    assert "0.4 mg/kg is a thousandth of the usual dose of immunoglobulin" in said.out
    assert "Was g/kg meant: 0.4 g/kg?" in said.out
    assert list(tmp_path.iterdir()) == []


def test_the_calculator_answers_as_written() -> None:
    said = started("dosing", "dose", "--rate", "0.4 g/kg", "--weight", "72 kg", "--json")
    assert (said.code, said.err) == (0, "")
    assert said.json["amount"] == {"value": 28.8, "unit": "g", "text": "28.8 g"}
    assert all(set(step) == {"what", "value", "why", "source"} for step in said.json["steps"])
    assert said.json["steps"]
    body = started(
        "dosing",
        "body",
        "--weight",
        "70 kg",
        "--height",
        "175 cm",
        "--sex",
        "male",
        "--age",
        "48 years",
        "--creatinine",
        "80 umol/L",
        "--json",
    )
    assert body.code == 0
    assert body.json["bsa"]["mosteller"] == {"value": 1.8446619684315546, "unit": "m2"}
    assert {
        "ideal_weight",
        "adjusted_weight",
        "lean_weight",
        "bmi",
        "creatinine_clearance",
        "egfr",
    } <= set(body.json)
    assert "devine" in body.json["ideal_weight"]
    assert "janmahasatian" in body.json["lean_weight"]
    assert "cockcroft_gault" in body.json["creatinine_clearance"]
    assert "ckd_epi_2021" in body.json["egfr"]


def test_a_reader_that_goes_away_leaves_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "schedules", "schema", "plan"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()  # long before the first line is written
        assert process.stderr.read() == b""


def test_the_json_of_a_plan_has_the_keys_that_others_build_on(ask: Ask) -> None:
    said = ask(*RITUXIMAB, "--json")
    assert said.code == 0
    assert set(said.json) == {
        *("plan", "course", "totals", "dispensing", "findings", "facts", "questions")
    }
    assert [list(row) for row in said.json["course"]] == [
        [
            "id",
            "date",
            "time",
            "phase",
            "cycle",
            "day",
            "item",
            "drug",
            "route",
            "dose_value",
            "dose_unit",
            "dose_text",
            "status",
            "visit_from",
            "visit_to",
            "results",
        ]
    ] * 4
    first = said.json["course"][0]
    # the drug file looks at IgG before a dose, and nobody entered it
    (state,) = first.pop("results")
    assert (state["test"], state["verdict"], state["due"]) == ("igg", "missing", "2026-11-30")
    assert first.pop("id") == f"{said.json['plan']['id']}/induction/1/1/rituximab/1"
    assert first == {
        "date": "2026-11-30",
        "time": "09:00",
        "phase": "induction",
        "cycle": 1,
        "day": 1,
        "item": "rituximab",
        "drug": "rituximab",
        "route": "intravenous infusion",
        "dose_value": 700.0,
        "dose_unit": "mg",
        "dose_text": "700 mg",
        "status": "planned",
        "visit_from": "09:00",
        "visit_to": "12:30",
    }
    assert all(
        set(finding) == {"level", "code", "text", "source"} for finding in said.json["findings"]
    )
    total = said.json["totals"]["rituximab"]
    assert total["course"] == {"value": 2800.0, "unit": "mg", "text": "2,800 mg"}
    assert (total["doses"], total["lifetime"]) == (4, None)
    assert said.json["plan"]["first_day"] == "2026-11-30"


def test_injections_of_one_visit_are_told_apart_in_the_table(ask: Ask) -> None:
    said = ask(
        *("plan", "sialorrhoea-incobotulinumtoxina", "--start", "2027-01-04", "--label", "w-7"),
        *("--made-on", "2026-12-28", "--sex", "female", "--age", "61 years"),
        *("--choose", "sessions=1"),
    )
    glands = ("left parotid", "left submandibular", "right parotid", "right submandibular")
    for gland in glands:
        assert f"incobotulinumtoxinA (Xeomin), {gland} " in said.out
    # 30 + 20 + 30 + 20 units of one visit are drawn from one vial
    assert "powder, 100 units x 1, 100 units in all" in said.out


def test_the_json_of_a_stopped_plan_has_its_findings_and_no_dose(ask: Ask) -> None:
    said = ask(*IMMUNOGLOBULIN, "--dose", "0.4 mg/kg", "--json")
    assert said.code == 3
    assert (said.json["course"], said.json["totals"]) == ([], {})
    assert "limit.thousandth" in [finding["code"] for finding in said.json["findings"]]


def test_a_course_stopped_by_its_total_shows_no_dose_either(ask: Ask) -> None:
    # 1 g/kg on five days is 5 g/kg: each dose is possible, the whole is not.
    said = ask(*IMMUNOGLOBULIN, "--dose", "1 g/kg", "--json")
    assert said.code == 3
    assert (said.json["course"], said.json["totals"]) == ([], {})


def test_the_list_and_a_search_in_it(ask: Ask, tmp_path: Path) -> None:
    four = ("--library", str(shelf(tmp_path)))
    listed = ask(*four, "list", "--json").json
    assert [entry["id"] for entry in listed] == [
        "cyclophosphamide-monthly",
        "immunoglobulin-5-days",
        "rituximab-weekly",
        "thioctic-acid",
    ]
    assert set(listed[0]) == {
        "id",
        "title",
        "for",
        "drugs",
        "routes",
        "choices",
        "status",
        "claim",
        "jurisdiction",
        "version",
    }
    found = ask(*four, "list", "--search", "guillain", "--json").json
    assert [entry["id"] for entry in found] == ["immunoglobulin-5-days"]
    nothing = ask(*four, "list", "--search", "aspirin")
    assert (nothing.code, nothing.out.startswith('No regimen has "aspirin"')) == (0, True)
    assert "rituximab-weekly" in ask(*four, "list").out


@pytest.mark.parametrize(
    "name",
    ["cyclophosphamide-monthly", "immunoglobulin-5-days", "rituximab-weekly", "thioctic-acid"],
)
def test_a_regimen_is_shown_with_its_erratum_its_sources_and_what_is_unconfirmed(
    ask: Ask, name: str
) -> None:
    said = ask("show", name)
    assert said.code == 0
    parts = ("## Errata", "## Phase: ", "- Give ", "- Source ", "UNCONFIRMED")
    for word in (*parts, "- Example 1 reproduces.", "under review; nobody has signed its reading"):
        assert word in said.out
    assert "DOES NOT" not in said.out
    content = ask("show", name, "--json").json
    assert content["id"] == name
    assert content["for"]


@pytest.mark.parametrize("kind", ["regimen", "drug", "site", "plan"])
def test_the_schema_of_each_file_is_a_json_schema_of_it(ask: Ask, kind: str) -> None:
    schema = ask("schema", kind).json
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert {"regimen": "phases", "drug": "limits", "site": "zone", "plan": "patient"}[kind] in (
        schema["properties"]
    )
    assert "$defs" in schema


def test_a_plan_file_is_valid_by_its_schema_and_a_foreign_one_is_not(
    ask: Ask, tmp_path: Path
) -> None:
    schema = Draft202012Validator(ask("schema", "plan").json)
    ask(*THIOCTIC, "--out", tmp_path / "plan.json")
    content = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert list(schema.iter_errors(content)) == []
    assert list(schema.iter_errors({**content, "name": "A. B."}))


def test_a_saved_plan_gives_the_same_course_and_the_same_bytes(ask: Ask, tmp_path: Path) -> None:
    plan, one, other = (tmp_path / name for name in ("plan.json", "one", "other"))
    tables = [path.with_suffix(".csv") for path in (one, other)]
    planned = ask(*THIOCTIC, "--out", plan, "--ics", one, "--csv", tables[0], "--json")
    again = ask("course", plan, "--ics", other, "--csv", tables[1], "--json")
    assert planned.code == again.code == 0
    assert again.json == planned.json
    assert other.read_bytes() == one.read_bytes()
    assert tables[1].read_bytes() == tables[0].read_bytes()
    assert ask("course", plan).out == ask("course", plan).out


def test_the_calendar_is_written_as_asked(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "course.ics"
    ask(*THIOCTIC, "--ics", file, "--oral", "each", "--times", "zone", "--alarm", "45 min")
    text = file.read_bytes().decode()
    assert text.count("BEGIN:VEVENT") == 41
    assert "DTSTART;TZID=Europe/London:20270104T090000" in text
    assert "TRIGGER:-PT45M" in text
    ask(*THIOCTIC, "--ics", file, "--oral", "run", "--discreet")
    text = file.read_bytes().decode()
    assert text.count("BEGIN:VEVENT") == 11
    assert "thioctic" not in text


def test_the_table_is_written_as_csv(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "course.csv"
    assert ask(*CYCLOPHOSPHAMIDE, "--csv", file).code == 0
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["dose_text"] for row in rows if row["kind"] == "dose"] == ["1,850 mg"] * 6


def test_another_zone_and_another_time_are_kept_in_the_plan(ask: Ask, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    said = ask(
        *RITUXIMAB, "--zone", "Asia/Kolkata", "--at", "infusion=10:30", "--out", plan, "--json"
    )
    assert [row["time"] for row in said.json["course"]] == ["10:30"] * 4
    assert ask("course", plan, "--json").json == said.json


def test_a_warning_keeps_every_file_back_until_it_is_acknowledged(ask: Ask, tmp_path: Path) -> None:
    files = {"--ics": tmp_path / "a.ics", "--csv": tmp_path / "a.csv", "--out": tmp_path / "a.json"}
    given = [text for pair in files.items() for text in pair]
    refused = ask(*WARNED, *given)
    assert refused.code == 3
    assert refused.problems == [
        "Nothing is exported until it is acknowledged: "
        '--acknowledge limit.usual.above.dose="the reason"'
    ]
    assert list(tmp_path.iterdir()) == []
    done = ask(*WARNED, *given, "--acknowledge", "limit.usual.above.dose=as agreed", "--who", "AB")
    assert done.code == 0
    assert all(path.stat().st_size for path in files.values())
    plan = json.loads(files["--out"].read_text(encoding="utf-8"))
    assert plan["acknowledgements"] == [
        {"code": "limit.usual.above.dose", "reason": "as agreed", "who": "AB"}
    ]


def test_a_warning_can_be_acknowledged_when_the_saved_plan_is_opened(
    ask: Ask, tmp_path: Path
) -> None:
    plan, file = tmp_path / "plan.json", tmp_path / "course.ics"
    agreed = ["--acknowledge", "limit.usual.above.dose=as agreed"]
    ask(*WARNED, *agreed, "--out", plan)
    content = json.loads(plan.read_text(encoding="utf-8"))
    plan.write_text(json.dumps({**content, "acknowledgements": []}), encoding="utf-8")
    assert ask("course", plan, "--ics", file).code == 3
    assert not file.exists()
    assert ask("course", plan, "--ics", file, *agreed).code == 0
    assert b"as agreed" in file.read_bytes()


def test_a_first_day_in_the_wrong_year_keeps_every_file_back_until_it_is_acknowledged(
    ask: Ask, tmp_path: Path
) -> None:
    out = tmp_path / "plan.json"
    # The day of the tests is 27-Nov-2026; --made-on states another.
    late = [*RITUXIMAB, "--start", "2029-11-30", "--out", str(out)]
    (found,) = [f for f in ask(*late, "--json").json["findings"] if f["code"] == "plan.first_day"]
    assert (found["level"], "27-Nov-2026. Is the year right?" in found["text"]) == ("WARN", True)
    assert ask(*late).code == 3
    assert not out.exists()
    assert ask(*late, "--acknowledge", "plan.first_day=a study to come").code == 0
    assert out.exists()
    stated = ask(*late, "--made-on", "2029-11-20")
    assert stated.code == 0
    assert json.loads(out.read_text())["made_on"] == "2029-11-20"
    assert ask(*late, "--made-on", "20.11.2029").problems == [
        'made on: "20.11.2029" is not a date; write 2026-11-30 or 30-Nov-2026'
    ]


def test_an_acknowledgement_without_a_reason_is_refused(ask: Ask) -> None:
    for text in ("limit.usual.above.dose=", "limit.usual.above.dose", "=because"):
        said = ask(*WARNED, "--acknowledge", text)
        assert (said.code, said.out) == (2, "")
        assert said.problems[0].startswith(f'acknowledge: "{text}" is not a name and a value')


def test_a_stop_is_not_acknowledged_away(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "course.ics"
    said = ask(
        *IMMUNOGLOBULIN,
        "--dose",
        "0.4 mg/kg",
        "--ics",
        file,
        "--acknowledge",
        "limit.thousandth=sure",
    )
    assert said.code == 3
    assert not file.exists()


BAD = {
    "1,5 kg": "write 1.5 kg",
    "10 000 g": "write 10000 g",
    "10 000 mg": "has a gap inside the number",
    "nan kg": "write 70 kg, 3500 g or 154 lb",
    "70": "write 70 kg, 3500 g or 154 lb",
    "0.4/kg": "write 70 kg, 3500 g or 154 lb",
    "5 MG": "write 70 kg, 3500 g or 154 lb",
    "10 U": "write 70 kg, 3500 g or 154 lb",
    "70 KG": "write 70 kg",
    "-70 kg": "write 70 kg, 3500 g or 154 lb",
    "1e2 kg": "write 70 kg, 3500 g or 154 lb",
    "9**9**9": "write 70 kg, 3500 g or 154 lb",
    "0 kg": "write a value above zero: 70 kg, 3500 g or 154 lb",
}


@pytest.mark.parametrize("text", BAD)
def test_a_weight_that_could_be_misread_is_refused_with_what_to_write(
    ask: Ask, tmp_path: Path, text: str
) -> None:
    changed = [text if argument == "70 kg" else argument for argument in RITUXIMAB]
    file = tmp_path / "course.ics"
    # With = because a text may begin with a dash.
    at = changed.index("--weight")
    said = ask(*changed[:at], f"--weight={text}", *changed[at + 2 :], "--ics", file)
    assert (said.code, said.out) == (2, "")
    (problem,) = said.problems
    assert problem.startswith(f'weight: "{text}" ')
    assert BAD[text] in problem
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("1,5 kg", "write 1.5 kg"),
        ("0,4 g/kg", "write 0.4 g/kg"),
        ("10 000 mg", "write 10000 mg"),
        ("nan mg", "write 600 mg, 0.4 g/kg or 375 mg/m2"),
        ("70", "write 600 mg, 0.4 g/kg or 375 mg/m2"),
        ("0.4/kg", "write 0.4 g/kg or 0.4 mg/kg"),
        ("5 MG", "write 5 mg"),
        ("10 U", "write 10 units"),
        ("375 mg/m3", "write 375 mg/m2"),
    ],
)
def test_a_dose_that_could_be_misread_is_refused_with_the_spelling_to_use(
    ask: Ask, text: str, accepted: str
) -> None:
    said = ask(*RITUXIMAB, "--dose", text)
    assert (said.code, said.out) == (2, "")
    (problem,) = said.problems
    assert problem.startswith(f'dose: "{text}" ')
    assert problem.endswith(accepted)


@pytest.mark.parametrize(
    ("rate", "accepted"),
    [
        ("0.4/kg", "write 0.4 g/kg or 0.4 mg/kg"),
        ("5 MG", "write 5 mg"),
        ("10 U", "write 10 units"),
        ("10 000 mg", "write 10000 mg"),
        ("70", "write"),
        ("nan g/kg", "write"),
    ],
)
def test_the_calculator_refuses_the_same_texts(ask: Ask, rate: str, accepted: str) -> None:
    said = ask("dose", "--rate", rate, "--weight", "70 kg", program="dosing")
    assert (said.code, said.out) == (2, "")
    assert said.problems[0].startswith(f'rate: "{rate}" ')
    assert accepted in said.problems[0]


def test_every_problem_has_its_line(ask: Ask) -> None:
    said = ask(
        "plan",
        "thioctic-acid",
        "--weight",
        "70",
        "--start",
        "30/11/2026",
        "--choose",
        "iv_days=9",
        "speed",
        "--age",
        "48",
        "--zone",
        "London",
        "--at",
        "teatime=12:00",
        "--earlier",
        "aspirin=1 g",
    )
    assert (said.code, said.out) == (2, "")
    fields = [problem.split(": ")[0] for problem in said.problems]
    assert set(fields) == {
        "choose",
        "earlier",
        "first day",
        "weight",
        "age",
        "iv_days",
        "oral_length",
        "zone",
        "time",
    }
    assert len(fields) == 9


@pytest.mark.parametrize(
    ("arguments", "said_to_be"),
    [
        (["plan", "rituximab"], "rituximab-weekly"),
        (["show", "rituximab-weely"], "rituximab-weekly"),
        (["schema", "regime"], "write regimen, drug, site, plan"),
        (["course", "no-such-plan.json"], "give the path of a saved plan"),
        (["--library", "/no/such/folder", "check"], "site.yaml: is missing"),
        ([], "see python -m schedules --help"),
        (["plan"], "see python -m schedules plan --help"),
        (["fly"], "see python -m schedules --help"),
        (["check", "--jason"], "--help"),
        (["list", "--js"], "--help"),
        ([*RITUXIMAB, "--oral", "both"], "write each or run"),
        ([*RITUXIMAB, "--times", "local"], "write utc or zone"),
        ([*RITUXIMAB, "--alarm", "half an hour"], "write 30 min"),
        ([*THIOCTIC, "--choose", "iv_days=11"], "give it once"),
        ([*RITUXIMAB, "--born", "1978-01-01"], "give the age or the birth date, not both"),
        ([*RITUXIMAB, "--label", "a\nb"], "write up to 60 letters, no name"),
        ([*RITUXIMAB, "--who", "\udcff"], "is not text in UTF-8"),
        ([*RITUXIMAB[:-4], "--start", "9999-12-31"], "write a year from 1900 to 2199"),
        ([*RITUXIMAB, "--at", "infusion=25:00"], "write 09:00"),
    ],
)
def test_a_wrong_command_line_is_answered_in_one_line(
    ask: Ask, arguments: list[str], said_to_be: str
) -> None:
    said = ask(*arguments)
    assert (said.code, said.out) == (2, "")
    (problem,) = said.problems
    assert said_to_be in problem


def test_a_time_in_the_hour_that_the_clock_skips_is_asked_about(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "course.ics"
    at = RITUXIMAB.index("--start")
    said = ask(*RITUXIMAB[:at], "--start", "2027-03-28", "--at", "infusion=01:30", "--ics", file)
    assert (said.code, said.out) == (2, "")
    assert said.problems == [
        'time: "01:30 on 28-Mar-2027" is skipped or happens twice in Europe/London (clock change); '
        "choose another time, such as 09:00"
    ]
    assert not file.exists()


@pytest.mark.parametrize("option", ["--ics", "--csv", "--out"])
def test_when_one_file_cannot_be_written_none_is(ask: Ask, tmp_path: Path, option: str) -> None:
    files = {"--out": tmp_path / "a.json", "--ics": tmp_path / "a.ics", "--csv": tmp_path / "a.csv"}
    files[option] = tmp_path / "no-such-folder" / "a"
    said = ask(*RITUXIMAB, *(text for pair in files.items() for text in pair))
    assert (said.code, said.out) == (2, "")
    (problem,) = said.problems
    assert problem.startswith("file: ")
    assert "cannot be written (No such file or directory); give a path" in problem
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file_and_what_stands_there_stays(ask: Ask, tmp_path: Path) -> None:
    old = tmp_path / "plan.json"
    old.write_text("old", encoding="utf-8")
    said = ask(*RITUXIMAB, "--out", old, "--ics", tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "(Is a directory)" in said.problems[0]
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert old.read_text(encoding="utf-8") == "old"


def test_a_file_is_written_over_the_old_one_and_leaves_nothing_beside_it(
    ask: Ask, tmp_path: Path
) -> None:
    file = tmp_path / "course.ics"
    file.write_text("old", encoding="utf-8")
    assert ask(*RITUXIMAB, "--ics", file).code == 0
    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"format": 7}', b"null"])
def test_a_file_that_is_no_plan_is_refused(ask: Ask, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    said = ask("course", file, "--ics", tmp_path / "course.ics")
    assert (said.code, said.out) == (2, "")
    assert said.problems[0].startswith("plan file")
    assert not (tmp_path / "course.ics").exists()


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("schedules", []),
        ("schedules", ["list"]),
        ("schedules", ["show"]),
        ("schedules", ["check"]),
        ("schedules", ["schema"]),
        ("schedules", ["plan"]),
        ("schedules", ["course"]),
        ("schedules", ["export"]),
        ("dosing", []),
        ("dosing", ["dose"]),
        ("dosing", ["body"]),
    ],
)
def test_every_command_has_its_help(ask: Ask, program: str, arguments: list[str]) -> None:
    said = ask(*arguments, "--help", program=program)
    assert (said.code, said.err) == (0, "")
    assert f"usage: python -m {program}" in said.out


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        (["--to", "pdf", "--what", "chart"], b"%PDF-"),
        (["--to", "pdf", "--what", "worksheet"], b"%PDF-"),
        (["--to", "pdf", "--what", "patient"], b"%PDF-"),
        (["--to", "pdf", "--what", "patient", "--discreet"], b"%PDF-"),
        (["--to", "ics"], b"BEGIN:VCALENDAR"),
        (["--to", "ics", "--discreet"], b"BEGIN:VCALENDAR"),
        (["--to", "csv"], b"id,date,weekday"),
        (["--to", "csv", "--bom"], b"\xef\xbb\xbfid,date,weekday"),
        (["--to", "xlsx"], b"PK\x03\x04"),
        (["--to", "fhir"], b'{\n  "resourceType": "Bundle"'),
    ],
)
def test_each_format_is_exported_from_a_saved_plan(
    ask: Ask, tmp_path: Path, asked: list[str], begins: bytes
) -> None:
    plan, file = tmp_path / "plan.json", tmp_path / "out"
    ask(*RITUXIMAB, "--out", plan)
    said = ask("export", plan, *asked, "--out", file)
    assert (said.code, said.err) == (0, "")
    assert file.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (["--to", "doc"], 'to: "doc" is not known here; write ics, '),
        (["--to", "pdf"], "what: is missing; write chart, "),
        (["--to", "pdf", "--what", "card"], 'what: "card" is not known here; write chart, '),
        (
            ["--to", "csv", "--what", "chart"],
            'what: "chart" is not a part of csv; leave it out: one csv file holds the whole course',
        ),
        (["--to", "xlsx", "--bom"], "bom: is for csv alone; leave it out, or write --to csv"),
        (
            ["--to", "pdf", "--what", "chart", "--discreet"],
            'discreet: "pdf chart" has no discreet form; discreet are: ics, pdf patient',
        ),
    ],
)
def test_an_export_that_does_not_exist_is_refused_with_what_there_is(
    ask: Ask, tmp_path: Path, asked: list[str], problem: str
) -> None:
    plan = tmp_path / "plan.json"
    ask(*RITUXIMAB, "--out", plan)
    said = ask("export", plan, *asked, "--out", tmp_path / "out")
    # Formats that come later lengthen the list of what there is.
    assert (said.code, said.out) == (2, "")
    assert said.problems[0].startswith(problem)
    assert not (tmp_path / "out").exists()


def test_a_warning_keeps_an_export_back_until_it_is_acknowledged(ask: Ask, tmp_path: Path) -> None:
    plan, file = tmp_path / "plan.json", tmp_path / "chart.pdf"
    agreed = ["--acknowledge", "limit.usual.above.dose=as agreed"]
    ask(*WARNED, *agreed, "--out", plan)
    content = json.loads(plan.read_text(encoding="utf-8"))
    plan.write_text(json.dumps({**content, "acknowledgements": []}), encoding="utf-8")
    asked: list[str | Path] = ["export", plan, "--to", "pdf", "--what", "chart", "--out", file]
    refused = ask(*asked)
    assert refused.code == 3
    assert refused.problems == [
        "Nothing is exported until it is acknowledged: "
        '--acknowledge limit.usual.above.dose="the reason"'
    ]
    assert not file.exists()
    assert ask(*asked, *agreed, "--who", "AB").code == 0
    assert file.read_bytes().startswith(b"%PDF-")


def test_an_export_into_a_folder_that_is_not_there_says_so(ask: Ask, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    ask(*RITUXIMAB, "--out", plan)
    said = ask("export", plan, "--to", "csv", "--out", tmp_path / "no" / "a.csv")
    assert said.code == 2
    assert "cannot be written" in said.err


def test_the_terminal_shows_doses_totals_derivation_findings_and_what_it_is(ask: Ask) -> None:
    text = ask(*CYCLOPHOSPHAMIDE, "--earlier", "cyclophosphamide=5 g").out
    row = "Mon 30-Nov-2026  09:00  09:00 to 10:00  pulses  1/1 +1,850 mg  cyclophosphamide"
    assert re.search(row, text)
    assert re.search(
        r"Total of cyclophosphamide: 11,100 mg in 6 doses, at most 1,850 mg a day; "
        r"in a lifetime 16,100 mg\.",
        text,
    )
    assert "Times are in Europe/London." in text
    assert "1.8447 m2" in text
    assert "second calculation" in text
    assert "NOTE  No clinician has endorsed this regimen yet" in text
    assert "Regimen cyclophosphamide-monthly version" in text.splitlines()[-1]
    assert "not checked by a pharmacist" in text.splitlines()[-1]


AZATHIOPRINE = (
    "plan",
    "azathioprine-maintenance",
    "--label",
    "ward-7",
    "--weight",
    "70 kg",
    "--start",
    "2026-11-30",
    "--genotype",
    "normal",
    "--clearance",
    "62 mL/min",
    "--clearance-by",
    "cystatin C",
    "--takes",
    "allopurinol",
)


def test_a_part_of_the_dose_is_applied_by_a_flag_with_a_reason(ask: Ask) -> None:
    stopped = ask(*AZATHIOPRINE)
    assert stopped.code == 3
    assert "43.75 mg for 175 mg" in stopped.out
    without = ask(*AZATHIOPRINE, "--adjust", "azathioprine=0.25")
    assert without.code == 2
    assert '--because "allopurinol"' in without.err
    bare = ask(*AZATHIOPRINE, "--adjust", "azathioprine=25", "--because", "allopurinol")
    assert bare.code == 2
    assert "write 75 %, 0.75 or three quarters" in bare.err
    given = ask(*AZATHIOPRINE, "--adjust", "azathioprine=0.25", "--because", "allopurinol")
    assert given.code == 0
    assert "25 mg" in given.out


def test_what_a_clearance_band_needs_is_asked_for_by_name(ask: Ask) -> None:
    said = ask("plan", "pregabalin-renal-eu", "--label", "ward-7", "--start", "2027-01-04")
    assert said.code == 2
    for field in ("creatinine", "weight", "age", "sex"):
        assert f"{field}" in said.err
    assert "enter a clearance: 42 mL/min" in said.err


def test_a_drug_is_shown_as_its_reading_and_how_its_file_stands(ask: Ask) -> None:
    said = ask("show", "rituximab", "--drug").out
    assert said.startswith("# rituximab\n")
    assert "- Its strengths are 100 mg and 500 mg." in said
    assert "- It is under review; nobody has signed its reading." in said
    assert "drug file rituximab is under review" in ask("show", "rituximab-weekly").out
    assert json.loads(ask("show", "rituximab", "--drug", "--json").out)["id"] == "rituximab"


def test_a_regimen_is_shown_with_its_kidney_rule_and_its_adjustments(ask: Ask) -> None:
    said = ask("show", "azathioprine-maintenance").out
    assert "- The clearance is that of Cockcroft and Gault, with the actual weight" in said
    assert "- Nothing is planned for a patient with the genotype poor: “A poor metabol" in said
    assert "who takes allopurinol the proposal is a quarter of the" in said
