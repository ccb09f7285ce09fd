"""Tables, titrations, used phases and shared sources: written in short, read in full."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from dosing.drugs.drug import Drug
from dosing.errors import KnowledgeError
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.short_forms import schema_of, write_out
from schedules.knowledge.yaml_file import parse_quickly
from schedules.library.reader import read_library, read_usable
from tests.support.places import ROOT
from tests.support.shelf import copy_file, read_anew

SIALANAR = "regimens/glycopyrronium-sialanar.yaml"
DAILY = "regimens/prednisolone-daily.yaml"
ALTERNATE = "regimens/prednisolone-alternate-days.yaml"
DRUG = "drugs/prednisolone.yaml"
FIRST_BAND = "dose: [240 mcg, 480 mcg, 720 mcg, 960 mcg, 1200 mcg]"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (SIALANAR, DAILY, ALTERNATE, DRUG, "drugs/glycopyrronium-sialanar.yaml"):
        kind, file = name.removesuffix(".yaml").split("/")
        copy_file(kind, file, tmp_path)
    for name in ("site.yaml", "sources.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def line_with(root: Path, name: str, text: str) -> int:
    lines = (root / name).read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if text in line)


def spoil(root: Path, name: str, old: str, new: str) -> int:
    """Change a file, and return the line that changed."""
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return line


def problems(root: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as error:
        read_library(root)
    return list(error.value.problems)


def medicine(**more: Any) -> dict[str, Any]:
    return {"drug": "madeupine", "route": "oral", "source": "label", **more}


def written(*phases: dict[str, Any]) -> Any:
    return write_out({"phases": list(phases)})


def test_each_row_of_a_table_is_a_medicine() -> None:
    table = [{"when": 1, "dose": "1 mg"}, {"when": 2, "dose": "2 mg", "cap": "3 mg"}]
    phase = {"name": "course", "medicines": [medicine(table=table), medicine(dose="9 mg")]}
    assert written(phase).document["phases"] == [
        {
            "name": "course",
            "medicines": [
                medicine(when=1, dose="1 mg"),
                medicine(when=2, dose="2 mg", cap="3 mg"),
                medicine(dose="9 mg"),
            ],
        }
    ]


def test_each_row_of_a_titration_is_a_phase_with_its_number() -> None:
    phase = {
        "name": "step",
        "length": "7 days",
        "medicines": [medicine()],
        "titration": [
            {"dose": "1 mg"},
            {"dose": "2 mg", "at": ["night"], "only_if": "it was tolerated", "open_end": True},
        ],
    }
    before, after = {"name": "a"}, {"name": "z"}
    assert written(before, phase, after).document["phases"] == [
        before,
        {"name": "step 1", "length": "7 days", "medicines": [medicine(dose="1 mg")]},
        {
            "name": "step 2",
            "length": "7 days",
            "medicines": [medicine(dose="2 mg", at=["night"])],
            "only_if": "it was tolerated",
            "open_end": True,
        },
        after,
    ]


def test_a_table_in_a_titration_lists_an_amount_for_each_step() -> None:
    table = [{"when": 1, "dose": ["1 mg", "2 mg"]}, {"when": 2, "dose": "5 mg"}]
    phase = {"name": "step", "medicines": [medicine(table=table)], "titration": [{}, {}]}
    assert [one["medicines"] for one in written(phase).document["phases"]] == [
        [medicine(when=1, dose="1 mg"), medicine(when=2, dose="5 mg")],
        [medicine(when=1, dose="2 mg"), medicine(when=2, dose="5 mg")],
    ]


def test_a_step_may_be_a_table_of_its_own() -> None:
    phase = {
        "name": "step",
        "medicines": [medicine(days="each day")],
        "titration": [
            {"dose": "1 mg", "at": ["night"]},
            {"table": [{"item": "a", "dose": "1 mg"}, {"item": "b", "dose": "2 mg"}]},
        ],
    }
    one, two = written(phase).document["phases"]
    assert one["medicines"] == [medicine(days="each day", dose="1 mg", at=["night"])]
    assert two == {
        "name": "step 2",
        "medicines": [
            medicine(days="each day", item="a", dose="1 mg"),
            medicine(days="each day", item="b", dose="2 mg"),
        ],
    }


def test_a_table_with_one_row_is_a_table() -> None:
    phase = {"name": "course", "medicines": [medicine(table=[{"dose": "1 mg"}])]}
    assert written(phase).document["phases"][0]["medicines"] == [medicine(dose="1 mg")]


def test_each_part_of_a_table_in_a_step_has_the_place_where_it_was_written() -> None:
    phase = {
        "medicines": [medicine(table=[{"item": "x"}, {"item": "y"}]), medicine(item="z")],
        "titration": [{}, {"table": [{"dose": "1 mg"}, {"dose": "2 mg"}]}],
    }
    found = written(phase)
    at = ("phases", 0, "medicines", 0)
    step = ("phases", 0, "titration", 1)
    medicines = found.document["phases"][1]["medicines"]
    assert [(one["item"], one["dose"]) for one in medicines] == [
        (item, dose) for item in "xyz" for dose in ("1 mg", "2 mg")
    ]
    assert found.place(("phases", 1, "medicines", 3, "dose")) == (*step, "table", 1, "dose")
    assert found.place(("phases", 1, "medicines", 3, "item")) == (*at, "table", 1, "item")
    assert found.place(("phases", 1, "medicines", 3, "route")) == (*at, "route")
    assert found.place(("phases", 1, "medicines", 5, "item")) == (
        "phases",
        0,
        "medicines",
        1,
        "item",
    )
    assert found.place(("phases", 0, "medicines", 2, "item")) == (
        "phases",
        0,
        "medicines",
        1,
        "item",
    )


def test_what_was_written_out_stays_as_it_was_written() -> None:
    phase = {
        "name": "step",
        "medicines": [medicine(table=[{"dose": ["1 mg", "2 mg"]}, {"dose": "5 mg"}])],
        "titration": [{}, {"only_if": "x"}],
    }
    text = repr(phase)
    written(phase)
    assert repr(phase) == text


@pytest.mark.parametrize(
    ("phase", "place", "problem"),
    [
        ({"medicines": [medicine(table=[])]}, (0, "medicines", 0, "table"), "one row or more"),
        ({"medicines": [medicine(table=["x"])]}, (0, "medicines", 0, "table"), "one row or more"),
        ({"name": "step", "titration": {}}, (0, "titration"), "one row or more"),
        (
            {"medicines": [medicine(table=[{"route": "oral"}])]},
            (0, "medicines", 0, "table", 0, "route"),
            "stands above the table too",
        ),
        (
            {"length": "1 day", "titration": [{"length": "1 day"}]},
            (0, "titration", 0, "length"),
            "stands above the steps too",
        ),
        (
            {"medicines": [medicine()], "titration": [{"route": "oral"}]},
            (0, "titration", 0, "route"),
            "stands above the steps too",
        ),
        (
            {"medicines": [medicine()], "titration": [{"table": [{"route": "oral"}]}]},
            (0, "titration", 0, "table", 0, "route"),
            "stands above the table too",
        ),
        ({"titration": [{"name": "x"}]}, (0, "titration", 0, "name"), "not for one step alone"),
        ({"titration": [{"dose": "x"}]}, (0, "titration", 0, "dose"), "is not a word"),
        (
            {"medicines": [medicine(dose=["1 mg"])], "titration": [{}, {}]},
            (0, "medicines", 0, "dose"),
            "has 1 amounts for 2 steps",
        ),
        ({"use": "another"}, (0, "use"), "write {regimen: ID, phase: NAME}"),
        ({"use": {"regimen": "x", "phase": "y"}}, (0, "use"), "x.yaml is not there"),
    ],
)
def test_what_cannot_be_written_out_is_named(
    phase: dict[str, Any], place: tuple[str | int, ...], problem: str
) -> None:
    ((at, text),) = written(phase).problems
    assert (at, problem in text) == (("phases", *place), True), text


def test_a_small_file_does_not_become_a_large_one() -> None:
    rows = [{"dose": "1 mg"}] * 1500
    phase = {"name": "step", "medicines": [medicine(table=rows)], "titration": [{}] * 1500}
    full = written(phase)
    assert full.problems == [(("phases", 0), "comes to more than 2,000 medicines")]
    assert len(full.document["phases"]) == 1


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (FIRST_BAND, FIRST_BAND.replace("480 mcg", "480 mcgg"), "table 1 dose 2: "),
        (FIRST_BAND, FIRST_BAND.replace("480 mcg", "4800 mcg"), "table 1 per_cycle 2: "),
        ("weight: from 18 kg to", "weight: 18 kg to", "table 2 when weight: "),
    ],
)
def test_a_problem_of_a_table_names_its_line_and_row(
    root: Path, old: str, new: str, where: str
) -> None:
    line = spoil(root, SIALANAR, old, new)
    (first, *_) = problems(root)
    assert first.startswith(f"{SIALANAR}:{line}: phases 1 medicines 1 {where}")


def test_a_problem_above_a_titration_is_named_once_and_not_for_each_step(root: Path) -> None:
    line = spoil(root, SIALANAR, "    length: 7 days", "    length: 7 dais")
    (problem,) = problems(root)
    assert problem.startswith(f"{SIALANAR}:{line}: phases 1 length: ")


def test_a_problem_of_a_step_names_its_row(root: Path) -> None:
    line = spoil(root, SIALANAR, "- {only_if: level 3", "- {onlyif: level 3")
    (problem, *_) = problems(root)
    assert problem.startswith(f"{SIALANAR}:{line}: phases 1 titration 4 onlyif: is not a word")


def test_an_example_below_a_titration_keeps_its_line(root: Path) -> None:
    dose = "2027-01-04 to 2027-01-10 glycopyrronium-sialanar 320 mcg"
    line = spoil(root, SIALANAR, dose, dose.replace("320", "321"))
    (problem,) = problems(read_anew(root))
    assert problem.startswith(f"{SIALANAR}:{line}: example 1 does not reproduce")


@pytest.mark.hazard("H25", "H190")
def test_steps_in_short_and_in_full_are_the_same_file_to_a_saved_plan(tmp_path: Path) -> None:
    shutil.copy(ROOT / "site.yaml", tmp_path)
    shutil.copy(ROOT / "sources.yaml", tmp_path)
    copy_file("drugs", "gabapentin", tmp_path)
    path = copy_file("regimens", "gabapentin-reduction", tmp_path)
    before = read_library(tmp_path).used("regimens/gabapentin-reduction")
    document = parse_quickly(path.read_bytes())
    document["phases"] = write_out(document).document["phases"]
    assert len(document["phases"]) == 5
    yaml = YAML(typ="safe")
    yaml.representer.ignore_aliases = lambda *_: True  # no anchors, which are refused
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(document, file)
    assert read_library(tmp_path).used("regimens/gabapentin-reduction") == before


def test_a_used_phase_is_read_whole_with_its_sources(root: Path) -> None:
    library = read_library(root, only="prednisolone-daily")
    regimen = library.regimen("prednisolone-daily")
    alternate = read_library(root).regimen("prednisolone-alternate-days")
    assert regimen.phases[1] == alternate.phases[1]
    assert regimen.source("proposed reduction") == alternate.source("proposed reduction")


def test_a_used_phase_may_have_another_name_and_what_it_does_not_say_itself(root: Path) -> None:
    use = "  - use: {regimen: prednisolone-alternate-days, phase: taper}\n"
    spoil(root, DAILY, use, f"{use}    name: way down\n    open_end: true\n")
    library = read_library(read_anew(root), only="prednisolone-daily")
    phase = library.regimen("prednisolone-daily").phases[1]
    assert (phase.name, phase.open_end) == ("way down", True)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("phase: taper}", "phase: tapr}", 'has no phase "tapr"; it has full dose, taper'),
        ("-alternate-days, phase", "-weekly, phase", "prednisolone-weekly.yaml is not there"),
        ("-alternate-days, phase", "-daily, phase", "uses prednisolone-daily: a circle"),
        ("phase: taper}", "phase: taper}\n    taper: {}", "the phase that is used states it too"),
    ],
)
def test_a_phase_that_cannot_be_used_is_named_at_its_line(
    root: Path, old: str, new: str, problem: str
) -> None:
    line = spoil(root, DAILY, old, new)
    (found, *_) = problems(root)
    assert found.startswith(f"{DAILY}:{line + new.count(chr(10))}: phases 2 ")
    assert problem in found


def test_two_regimens_that_use_each_other_are_refused(root: Path) -> None:
    use = "  - use: {regimen: prednisolone-daily, phase: full dose}\n    name: again\n"
    spoil(root, ALTERNATE, "  - name: taper\n", f"{use}  - name: taper\n")
    left_out = {one.file for one in read_usable(root).left_out}
    assert left_out == {DAILY, ALTERNATE}


def test_a_regimen_is_left_out_with_the_one_whose_phase_it_uses(root: Path) -> None:
    spoil(root, ALTERNATE, "2026-11-30 to 2027-01-23", "2026-11-30 to 2027-01-25")
    (source, user) = read_usable(root).left_out
    assert source.file == ALTERNATE
    line = line_with(root, DAILY, "use: ")
    assert (user.file, user.problems) == (
        DAILY,
        (f"{DAILY}:{line}: use: {ALTERNATE} does not hold",),
    )


def test_one_regimen_alone_is_refused_where_the_one_that_it_uses_does_not_hold(root: Path) -> None:
    spoil(root, ALTERNATE, "status: under review", "status: new")
    with pytest.raises(KnowledgeError, match=r"prednisolone-alternate-days.yaml:\d+: status"):
        read_usable(root, only="prednisolone-daily")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("proposed", "needs no entry"),
        ("by hand", "needs no entry"),
        ("efns mmn on corticosteroids", "is also in sources.yaml"),
    ],
)
def test_a_source_has_one_place(root: Path, name: str, problem: str) -> None:
    line = spoil(
        root, DAILY, "\nsources:\n", f"\nsources:\n  {name}: {{cite: x, confirmed: true}}\n"
    )
    (found,) = problems(root)
    assert found.startswith(f"{DAILY}:{line + 2}: sources {name}: {problem}")


def test_a_shared_source_that_only_stands_in_a_list_is_a_source_of_the_file(root: Path) -> None:
    spoil(root, DAILY, "\nsources:\n", "\nfurther_sources: [nice ta260]\nsources:\n")
    regimen = read_library(read_anew(root)).regimen("prednisolone-daily")
    assert regimen.sources["nice ta260"].cite.startswith("NICE TA260")
    line = spoil(root, DAILY, "[nice ta260]", "[nice ta261]")
    assert problems(root) == [
        f'{DAILY}:{line}: further_sources 1: "nice ta261" is not a name in sources.yaml'
    ]


def test_shared_sources_that_do_not_hold_are_named_once_and_not_by_each_file(root: Path) -> None:
    line = spoil(root, "sources.yaml", "confirmed: true", "confirmed: perhaps")
    first, effect = problems(root)
    assert first.startswith(f"sources.yaml:{line}: sources ")
    assert effect == "sources.yaml does not hold: no regimen and no drug is read until it does"


def test_sources_that_are_no_yaml_are_named_once(root: Path) -> None:
    spoil(root, "sources.yaml", "\nsources:", "\n  sources: [")
    first, effect = problems(root)
    assert first.startswith("sources.yaml:")
    assert effect.startswith("sources.yaml does not hold")


def test_alerts_of_the_first_format_are_for_a_person_to_convert() -> None:
    (problem,) = write_out({"limits": [], "alerts": [{"meets": ["breathing"]}]}).problems
    assert problem[0] == ("alerts",)
    assert 'write each alert as an answer under "safety"' in problem[1]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"phases": [{"gives": []}]}, '("gives" is "medicines" now)'),
        ({"phases": [{"name": "a"}, {"acts": []}]}, '("acts" is "procedures" now)'),
        ({"checks": [], "phases": []}, '("checks" is "prerequisites" now)'),
        ({"limits": [], "adjustments": [{"takes": []}]}, '("takes" is "if_taking" now)'),
    ],
)
def test_a_file_of_the_first_format_says_how_to_convert_it(document: Any, words: str) -> None:
    ((_, text),) = write_out(document).problems
    assert text == (
        f"this file is in the format of version 1 {words}: python -m schedules convert FILE"
    )


@pytest.mark.parametrize("kind", ["regimens", "drugs"])
def test_every_file_as_it_is_written_fits_its_schema(kind: str) -> None:
    check = Draft202012Validator(schema_of(Regimen if kind == "regimens" else Drug))
    for path in sorted((ROOT / kind).glob("*.yaml"))[::5]:
        text = path.read_bytes()
        document = parse_quickly(text)
        if "reviewed" in document:
            document["reviewed"]["due"] = document["reviewed"]["due"].isoformat()
        for example in document.get("examples", []):
            example["start"] = example["start"].isoformat()
        assert list(check.iter_errors(document)) == [], path.name
