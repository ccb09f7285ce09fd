from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from commands.schedules import main
from dosing.errors import InputError, KnowledgeError
from dosing.units import ordinary_spaces
from schedules.library.reader import read_library, summary
from schedules.library.replay import replays
from tests.support.places import ROOT
from tests.support.planning import ALL, library
from tests.support.shelf import read_anew, shelf

RITUXIMAB = "regimens/rituximab-weekly.yaml"
IMMUNOGLOBULIN = "regimens/immunoglobulin-5-days.yaml"
CYCLOPHOSPHAMIDE = "regimens/cyclophosphamide-monthly.yaml"
THIOCTIC = "regimens/thioctic-acid.yaml"


def spoil(root: Path, file: str, old: str, new: str, mark: str = "") -> int:
    """Change the first place of a text in a file.

    Returns the line that must be named: the one nearest to the change that holds the mark, or that
    of the change itself.
    """
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    path.write_text(changed, encoding="utf-8")
    here = text[: text.index(old)].count("\n") + 1
    if not mark:
        return here
    marked = [n for n, line in enumerate(changed.split("\n"), 1) if mark in line]
    return min(marked, key=lambda line: abs(line - here))


def problems(root: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        read_library(read_anew(root))
    return [ordinary_spaces(problem) for problem in caught.value.problems]


def test_the_library_holds() -> None:
    assert sorted(library().regimens) == sorted(ALL)


def test_every_worked_example_reproduces() -> None:
    for regimen in library().regimens.values():
        assert replays(regimen, library()) == [True] * len(regimen.examples)


def test_every_file_of_the_program_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["problems"] == []
    files = {kind: len(list((ROOT / kind).glob("*.yaml"))) for kind in ("regimens", "drugs")}
    assert {kind: found[kind] for kind in files} == files
    assert found["examples"] >= found["regimens"] >= 4


def test_check_says_that_all_is_well(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--library", str(shelf(tmp_path)), "check"]) == 0
    examples = sum(len(regimen.examples) for regimen in library().regimens.values())
    said = capsys.readouterr()
    assert said.out == f"4 regimens and 10 drugs hold; {examples} worked examples reproduce.\n"
    assert said.err == ""


# Every kind of wrong line, in its file, with the problem to be named. ``mark`` is the text on the
# line that must be named, when that is not the changed one.
WRONG = {
    "a key that stands twice": (
        RITUXIMAB,
        "status: under review",
        "title: again\nstatus: under review",
        "",
        'found duplicate key "title"',
    ),
    "a rate ladder that the drug file does not have": (
        RITUXIMAB,
        "first: rituximab-first",
        "first: rituximab-frist",
        "",
        'rituximab has no ladder "rituximab-frist"',
    ),
    "the later ladder for a first infusion": (
        RITUXIMAB,
        "first: rituximab-first",
        "first: rituximab-later",
        "",
        '"rituximab-later" is for a later infusion, not a first one',
    ),
    "a rate without a booked length": (
        RITUXIMAB,
        "        booked: {first: 210 min, later: 150 min, source: booked}\n",
        "",
        "rate:",
        "needs booked, how long it is booked for",
    ),
    "an unknown key": (
        RITUXIMAB,
        "surface: mosteller",
        "surfce: mosteller",
        "",
        "surfce: is not a word that is known here",
    ),
    "a missing id": (RITUXIMAB, "id: rituximab-weekly\n", "", "title: ", "id: is missing"),
    "a source that is not in the list": (
        CYCLOPHOSPHAMIDE,
        "source: washington cyclophosphamide",
        "source: washington",
        "",
        'no source named "washington"',
    ),
    "a misspelt unit": (RITUXIMAB, "dose: 375 mg/m2", "dose: 2 mgg", "", "write 2 mg"),
    "a unit in capitals": (THIOCTIC, "dose: 600 mg", "dose: 600 MG", "", "write 600 mg"),
    "a decimal comma": (IMMUNOGLOBULIN, "dose: 0.4 g/kg", 'dose: "0,4 g/kg"', "", "write 0.4 g/kg"),
    "a dose without a unit": (THIOCTIC, "dose: 600 mg", "dose: 600", "", "not text with a unit"),
    "an id that is not the file's name": (
        RITUXIMAB,
        "id: rituximab-weekly",
        "# a remark\nid: rituximab-monthly",
        "id: r",
        '"rituximab-monthly" is not the name of its file',
    ),
    "an example that does not reproduce": (
        RITUXIMAB,
        "2026-12-07 rituximab 700 mg",
        "2026-12-08 rituximab 700 mg",
        "",
        "expects 2026-12-08 rituximab 700 mg, comes out as 2026-12-07 rituximab 700 mg",
    ),
    "an example of another dose": (
        CYCLOPHOSPHAMIDE,
        "2027-01-25 cyclophosphamide 1850 mg",
        "2027-01-25 cyclophosphamide 1900 mg",
        "",
        "comes out as 2027-01-25 cyclophosphamide 1850 mg",
    ),
    "an example with a line too few": (
        RITUXIMAB,
        "      - 2026-12-21 rituximab 700 mg\n",
        "",
        "weight: 70 kg",
        "expects 3 doses, 4 come out",
    ),
    "an example with a day that is not in the calendar": (
        RITUXIMAB,
        "2026-11-30 rituximab",
        "2026-11-31 rituximab",
        "",
        "day is out of range",
    ),
    "an example with a misspelt patient": (
        RITUXIMAB,
        "{weight: 70 kg",
        "{wieght: 70 kg",
        "",
        "wieght: is not a word",
    ),
    "an example that is stopped": (
        RITUXIMAB,
        "height: 175 cm",
        "height: 1.75 cm",
        "- patient",
        "No patient has a height of 1.75 cm",
    ),
    "a route that no product has": (
        RITUXIMAB,
        "route: intravenous infusion",
        "route: oral",
        "",
        'route "oral" is in no product of rituximab',
    ),
    "a drug without a file": (
        THIOCTIC,
        "drug: thioctic-acid",
        "drug: thioctic",
        "dose:",
        "no valid drug file: drugs/thioctic.yaml",
    ),
    "a course total that is not dose x days": (
        RITUXIMAB,
        "per_course: 1500 mg/m2",
        "per_course: 375 mg/m2",
        "",
        "375 mg/m2 is not 375 mg/m2 x 4 doses",
    ),
    "days that do not rise": (
        RITUXIMAB,
        "days: [1, 8, 15, 22]",
        "days: [1, 8, 22, 15]",
        "",
        "days must rise",
    ),
    "a day after the end of its cycle": (
        CYCLOPHOSPHAMIDE,
        "days: [1]\n",
        "days: [1, 29]\n",
        "",
        "day 29 is after the last day, 28",
    ),
    "doses nearer than their least gap": (
        RITUXIMAB,
        "least_gap: 5 days",
        "least_gap: 8 days",
        "",
        "least_gap 8 days, but two doses are 7 days apart",
    ),
    "an unknown surface": (
        RITUXIMAB,
        "surface: mosteller",
        "surface: mostler",
        "",
        '"mostler" is none of mosteller',
    ),
    "monthly": (
        CYCLOPHOSPHAMIDE,
        "every: 28 days",
        "every: monthly",
        "",
        '"monthly" is not a length; write 28 days, 4 weeks or 1 month',
    ),
    "a range that is upside down": (
        IMMUNOGLOBULIN,
        "days: [28, 56]",
        "days: [56, 28]",
        "",
        "low 56 is above high 28",
    ),
    "a choice of the wrong kind": (
        THIOCTIC,
        "days: [10, 15]",
        "number: [10, 15]",
        "length: {choice: iv_days}",
        'choice "iv_days" is not a length',
    ),
    "a clock time that the site does not know": (
        THIOCTIC,
        "at: [before breakfast]",
        "at: [bedtime]",
        "- patient",
        'add bedtime: "09:00"',
    ),
    "broken YAML": (RITUXIMAB, "phases:\n", "phases: [\n", "- name", "expected the node content"),
    "a tab": (RITUXIMAB, "status:", "\tstatus:", "", "cannot start any token"),
    "a limit with low above high": (
        "drugs/rituximab.yaml",
        "low: 340 mg/m2",
        "low: 440 mg/m2",
        "",
        "low 440 mg/m2 is above high 410 mg/m2",
    ),
    "a usual dose beyond the hard limit": (
        "drugs/rituximab.yaml",
        "high: 410 mg/m2",
        "high: 510 mg/m2",
        "- per: dose",
        "hard high is below usual high",
    ),
    "a drug's id that is not the file's name": (
        "drugs/rituximab.yaml",
        "id: rituximab",
        "id: rituximap",
        "",
        '"rituximap" is not the name of its file',
    ),
    "a zone that is not there": (
        "site.yaml",
        "zone: Europe/London",
        "zone: Europe/Londn",
        "",
        "is not a time zone",
    ),
    "a clock time that is not there": ("site.yaml", '"09:00"', '"9 am"', "", "write 09:00"),
    "a formula of the surface that is not there": (
        "site.yaml",
        "zone: Europe/London",
        "surface_formula: {formula: mostler, source: our policy}\nzone: Europe/London",
        "",
        "is none of mosteller",
    ),
    "a formula of the surface that nobody stands behind": (
        "site.yaml",
        "zone: Europe/London",
        "surface_formula: {formula: mosteller}\nzone: Europe/London",
        "",
        "surface_formula source: is missing",
    ),
    "an alarm that is no time": ("site.yaml", "alarm: none", "alarm: soon", "", "write 30 min"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_with_the_line_of(name: str, tmp_path: Path) -> None:
    file, old, new, mark, said = WRONG[name]
    root = shelf(tmp_path)
    line = spoil(root, file, old, new, mark)
    found = problems(root)
    assert any(text.startswith(f"{file}:{line}: ") and said in text for text in found), found
    assert all(re.match(r"[a-z/0-9-]+\.yaml(:[0-9]+)?: \S", text) for text in found), found
    assert not any("\n" in text for text in found)


def test_a_dose_outside_the_limits_of_its_drug_is_refused(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    path = root / RITUXIMAB
    text = path.read_text(encoding="utf-8")
    text = text.replace("dose: 375 mg/m2", "dose: 420 mg/m2")
    path.write_text(text.replace("per_course: 1500", "per_course: 1680"), encoding="utf-8")
    line = next(n for n, written in enumerate(text.split("\n"), 1) if "420" in written)
    (found,) = problems(root)
    assert found.startswith(f"{RITUXIMAB}:{line}: Rituximab: 420 mg/m2 a dose is above the usual")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    (root / RITUXIMAB).write_bytes("id: rituximab-weekly # für".encode("latin-1"))
    assert problems(root) == [f"{RITUXIMAB}:1: is not UTF-8 text"]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    (root / RITUXIMAB).write_text("", encoding="utf-8")
    (found,) = problems(root)
    assert found.startswith(f"{RITUXIMAB}:1: ")


def test_a_library_without_a_site_file_is_refused(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    (root / "site.yaml").unlink()
    assert problems(root) == ["site.yaml: is missing"]


def test_all_problems_of_several_files_come_at_once(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    lines = {
        RITUXIMAB: [
            spoil(root, RITUXIMAB, "dose: 375 mg/m2", "dose: 2 mgg"),
            spoil(root, RITUXIMAB, "surface: mosteller", "surfce: mosteller"),
        ],
        IMMUNOGLOBULIN: [spoil(root, IMMUNOGLOBULIN, "days: [28, 56]", "days: [56, 28]")],
        CYCLOPHOSPHAMIDE: [spoil(root, CYCLOPHOSPHAMIDE, "2027-01-25 cycl", "2027-01-26 cycl")],
        THIOCTIC: [spoil(root, THIOCTIC, "status: under review", "status: fine")],
        "drugs/rituximab.yaml": [
            spoil(root, "drugs/rituximab.yaml", "low: 340 mg/m2", "low: 440 mg/m2")
        ],
        "site.yaml": [spoil(root, "site.yaml", "times: utc", "times: local")],
    }
    # A site file that does not hold leaves nothing to replay the examples with.
    without_site = {(f, line) for f, at in lines.items() for line in at if f != CYCLOPHOSPHAMIDE}
    assert named(problems(root)) == without_site
    spoil(root, "site.yaml", "times: local", "times: utc")
    assert named(problems(root)) == {
        (file, line) for file, at in lines.items() for line in at if file != "site.yaml"
    }


def named(found: list[str]) -> set[tuple[str, int]]:
    """Return the file and line that each problem names."""
    return {(text.split(":")[0], int(text.split(":")[1])) for text in found}


def test_check_prints_every_problem_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shelf(tmp_path)
    first = spoil(root, RITUXIMAB, "dose: 375 mg/m2", "dose: 2 mgg")
    second = spoil(root, THIOCTIC, "status: under review", "status: fine")
    assert main(["--library", str(root), "check"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split(": ")[0] for line in said.err.splitlines()] == [
        f"{RITUXIMAB}:{first}",
        f"{THIOCTIC}:{second}",
    ]


def test_nothing_is_planned_with_a_wrong_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shelf(tmp_path)
    # Ten times the dose and the total: only the limits and the worked example can tell.
    spoil(root, RITUXIMAB, "dose: 375 mg/m2", "dose: 3750 mg/m2")
    spoil(root, RITUXIMAB, "per_course: 1500 mg/m2", "per_course: 15000 mg/m2")
    read_anew(root)
    plan = ["plan", "rituximab-weekly", "--weight", "70 kg", "--height", "175 cm"]
    assert main(["--library", str(root), *plan, "--start", "2026-11-30"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "limit.hard.above.dose" in said.err


def test_one_regimen_is_read_without_the_others(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    spoil(root, THIOCTIC, "status: under review", "status: fine")
    assert list(read_library(root, only="rituximab-weekly").regimens) == ["rituximab-weekly"]


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("rituximab", "did you mean rituximab-weekly?"),
        ("rituximab-weely", "did you mean rituximab-weekly?"),
        ("xyz", "see: posology list"),
    ],
)
def test_an_unknown_regimen_is_refused_with_the_nearest(
    name: str, accepted: str, tmp_path: Path
) -> None:
    root = shelf(tmp_path)
    for ask in (library().regimen, lambda wanted: read_library(root, only=wanted)):
        with pytest.raises(InputError) as caught:
            ask(name)
        (problem,) = caught.value.problems
        assert (problem.field, problem.typed, problem.accepted) == ("regimen", name, accepted)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rituximab", {"rituximab-weekly"}),
        ("Guillain", {"immunoglobulin-5-days"}),
        ("IVIG", {"immunoglobulin-5-days"}),
        ("alpha-lipoic", {"thioctic-acid"}),
        ("oral", {"thioctic-acid"}),
        ("multifocal rituximab", {"rituximab-weekly"}),
        ("diabetic", {"thioctic-acid"}),
        ("under review", set(ALL)),
        ("", set(ALL)),
        ("aspirin", set()),
        ("rituximab oral", set()),
    ],
)
def test_a_search_looks_at_diseases_drugs_other_names_routes_and_status(
    text: str, found: set[str]
) -> None:
    assert {regimen.id for regimen in library().search(text)} == found


def test_a_summary_says_what_has_to_be_chosen() -> None:
    said = summary(library(), library().regimen("thioctic-acid"))
    assert said["choices"] == {
        "iv_days": "write 10 days to 15 days",
        "oral_length": "write 1 month or 2 months or 30 days or 60 days",
    }
    assert said["routes"] == ["intravenous infusion", "oral"]
