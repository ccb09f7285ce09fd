"""Two versions of a file, and what is said to differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.schedules import main
from dosing.errors import InputError
from dosing.units import ordinary_spaces
from schedules.library.file_diff import differences
from schedules.library.reader import read_version
from tests.support.shelf import shelf

RITUXIMAB = "regimens/rituximab-weekly.yaml"
THIOCTIC = "regimens/thioctic-acid.yaml"
IMMUNOGLOBULIN = "regimens/immunoglobulin-5-days.yaml"
DRUG = "drugs/rituximab.yaml"
ACID = "drugs/thioctic-acid.yaml"
RISEN = {"version: 1": "version: 2"}

Said = Callable[..., list[str]]


@pytest.fixture
def said(tmp_path: Path) -> Said:
    """Return what differs between a file and a copy in which texts were replaced, once each."""
    (tmp_path / "library").mkdir()
    root = shelf(tmp_path / "library")

    def compare(file: str, changes: dict[str, str]) -> list[str]:
        text = (root / file).read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new, 1)
        copy = tmp_path / "new.yaml"
        copy.write_text(text, encoding="utf-8")
        found = differences(read_version(root / file), read_version(copy))
        return [ordinary_spaces(entry.text) for entry in found]

    return compare


def test_a_file_does_not_differ_from_itself(said: Said) -> None:
    assert said(RITUXIMAB, {}) == []
    assert said(DRUG, {}) == []


def test_a_lower_dose_is_said_with_its_factor(said: Said) -> None:
    # 350 / 375 = 0.9333; four doses are 1400 mg/m2.
    changes = {"dose: 375 mg/m2": "dose: 350 mg/m2", "per_course: 1500": "per_course: 1400"}
    assert said(RITUXIMAB, {**changes, **RISEN}) == [
        "Version: 1 becomes 2.",
        "Phase induction, rituximab, dose: 375 mg/m2 becomes 350 mg/m2, 0.933 times.",
        "Phase induction, rituximab, total of the course: 1,500 mg/m2 becomes 1,400 mg/m2, "
        "0.933 times.",
    ]


def test_a_dose_changed_under_the_old_version_is_a_line_of_its_own(said: Said) -> None:
    changes = {"dose: 375 mg/m2": "dose: 350 mg/m2", "per_course: 1500": "per_course: 1400"}
    assert said(RITUXIMAB, changes)[0] == (
        "VERSION DID NOT RISE: it is still 1, although a dose changed."
    )


def test_a_version_that_went_back_is_said_loudly(said: Said, tmp_path: Path) -> None:
    said(RITUXIMAB, RISEN)
    newer, older = tmp_path / "new.yaml", tmp_path / "library" / RITUXIMAB
    (entry,) = differences(read_version(newer), read_version(older))
    assert entry.text == "VERSION WENT BACK: 2 becomes 1."


def test_a_text_may_change_without_a_new_version(said: Said) -> None:
    assert said(RITUXIMAB, {"status: under review": "status: discontinued"}) == [
        "Status: under review becomes discontinued."
    ]


def test_another_kind_of_dose_is_said_loudly(said: Said) -> None:
    changes = {
        "dose: 375 mg/m2": "dose: 375 mg/kg\n        weight: actual",
        "        surface: mosteller\n": "",
        "per_course: 1500 mg/m2": "per_course: 1500 mg/kg",
    }
    found = said(RITUXIMAB, {**changes, **RISEN})
    assert (
        "ANOTHER KIND OF DOSE: phase induction, rituximab, dose: 375 mg/m2 becomes 375 mg/kg."
        in found
    )
    assert "Phase induction, rituximab, weight: added (actual)." in found
    assert "Phase induction, rituximab, surface: removed (was mosteller)." in found


def test_another_route_is_said_loudly(said: Said) -> None:
    assert (
        "ANOTHER ROUTE: phase induction, rituximab, route: intravenous infusion becomes oral."
        in said(RITUXIMAB, {"route: intravenous infusion": "route: oral"})
    )


def test_the_same_dose_in_another_unit_is_no_new_dose(said: Said) -> None:
    assert said(IMMUNOGLOBULIN, {"dose: 0.4 g/kg": "dose: 400 mg/kg"}) == [
        "Phase course, immunoglobulin, dose: 0.4 g/kg becomes 400 mg/kg, the same in another unit."
    ]


def test_a_small_change_is_not_said_to_be_one_times(said: Said) -> None:
    # 374.9 / 375 = 0.99973
    changes = {"dose: 375 mg/m2": "dose: 374.9 mg/m2", "per_course: 1500": "per_course: 1499.6"}
    assert said(RITUXIMAB, changes)[1].endswith("374.9 mg/m2, 0.9997 times.")


def test_a_day_that_is_gone_is_named(said: Said) -> None:
    changes = {"days: [1, 8, 15, 22]": "days: [1, 8, 15]", "per_course: 1500": "per_course: 1125"}
    assert said(RITUXIMAB, changes)[:2] == [
        "VERSION DID NOT RISE: it is still 1, although a day and a dose changed.",
        "Phase induction, rituximab, days: 1, 8, 15, 22 becomes 1, 8, 15; 22 removed.",
    ]


def test_a_window_a_rounding_and_a_range_of_choice_are_said(said: Said) -> None:
    assert said(RITUXIMAB, {"late: 2 days": "late: 3 days", "{to: 100 mg": "{to: 50 mg"})[1:] == [
        "Phase induction, rituximab, rounding, to: 100 mg becomes 50 mg, 0.5 times.",
        "Phase induction, rituximab, window, late: 2 days becomes 3 days.",
    ]
    assert said(THIOCTIC, {"days: [10, 15]": "days: [10, 14]"})[1:] == [
        "Choice iv_days, days: 10 to 15 becomes 10 to 14."
    ]


def test_a_phase_that_is_gone_is_said_with_what_it_gave(said: Said, tmp_path: Path) -> None:
    text = (tmp_path / "library" / THIOCTIC).read_text(encoding="utf-8")
    oral = text[text.index("  - name: oral\n") : text.index("examples:")]
    choice = text[text.index("  - name: oral_length") : text.index("prerequisites:")]
    found = said(THIOCTIC, {oral: "", choice: ""})
    assert found[0] == (
        "VERSION DID NOT RISE: it is still 1, although a choice and a phase changed."
    )
    (gone,) = [line for line in found if line.startswith("Phase oral: removed")]
    assert "drug thioctic-acid; route oral; dose 600 mg" in gone


def test_a_medicine_that_is_new_is_said_in_full(said: Said) -> None:
    mesna = (
        "      - drug: mesna\n        route: oral\n        dose: 1000 mg\n        days: [1]\n"
        "        at: [infusion]\n        per_course: 1000 mg\n        source: proposed\n    gates"
    )
    cyclophosphamide = "regimens/cyclophosphamide-monthly.yaml"
    changes = {"    gates": mesna, "per_course: 1000 mg": "per_cycle: 1000 mg"}
    assert said(cyclophosphamide, changes) == [
        "VERSION DID NOT RISE: it is still 1, although a dose changed.",
        "Phase pulses, mesna: added (route oral; dose 1,000 mg; days 1; times of day infusion; "
        "total of a cycle 1,000 mg; source proposed).",
    ]


def test_phases_are_matched_by_name_and_another_order_is_said(said: Said, tmp_path: Path) -> None:
    text = (tmp_path / "library" / THIOCTIC).read_text(encoding="utf-8")
    by_vein = text[text.index("  - name: intravenous\n") : text.index("  - name: oral\n")]
    by_mouth = text[text.index("  - name: oral\n") : text.index("examples:")]
    assert said(THIOCTIC, {by_vein + by_mouth: by_mouth + by_vein}) == [
        "VERSION DID NOT RISE: it is still 1, although the order changed.",
        "Order of the phases: intravenous, oral becomes oral, intravenous.",
    ]


def test_checks_and_limits_in_another_order_are_no_difference(said: Said, tmp_path: Path) -> None:
    text = (tmp_path / "library" / ACID).read_text(encoding="utf-8")
    limits = text[text.index("limits:\n") + 8 : text.index("dilutions:\n")]
    entries = ["  - per:" + entry for entry in limits.split("  - per:")[1:]]
    assert len(entries) == 8
    assert said(ACID, {limits: "".join(entries[::-1])}) == []


def test_a_rate_of_a_ladder_is_named_by_its_ladder_and_step(said: Said) -> None:
    slower = "    steps:\n      - {rate: 50 mg/h, hold: 30 min}"
    assert said(DRUG, {slower: slower.replace("50 mg/h", "25 mg/h")}) == [
        "VERSION DID NOT RISE: it is still 1, although a rate changed.",
        'Rate ladder "rituximab-first", step 1, rate: 50 mg/h becomes 25 mg/h.',
    ]


def test_a_limit_is_found_among_its_likes_and_named_by_unit_and_route(said: Said) -> None:
    assert said(
        DRUG,
        {
            "high: 500 mg/m2}\n    source: proposed limit\n  - per: dose": (
                "high: 600 mg/m2}\n    source: proposed limit\n  - per: dose"
            )
        },
    ) == [
        "VERSION DID NOT RISE: it is still 1, although a limit changed.",
        "Limit per dose in mg/m2 (intravenous infusion), hard limit, high: "
        "500 mg/m2 becomes 600 mg/m2, 1.2 times.",
    ]


def test_a_limit_that_is_gone_does_not_stand_for_another(said: Said, tmp_path: Path) -> None:
    absolute = (
        "  - per: dose\n    routes: [intravenous infusion]\n    usual: {high: 1000 mg}\n"
        "    source: proposed limit\n"
    )
    assert said(DRUG, {absolute: ""})[1:] == [
        "Limit per dose in mg (intravenous infusion): removed "
        "(was routes intravenous infusion; usual dose (high 1,000 mg); source proposed limit)."
    ]


def test_a_strength_that_is_new_is_named(said: Said) -> None:
    assert said(DRUG, {"[100 mg, 500 mg]": "[100 mg, 500 mg, 1400 mg]"})[1:] == [
        'Product "concentrate for infusion", strengths: 100 mg, 500 mg becomes '
        "100 mg, 500 mg, 1,400 mg; 1,400 mg added."
    ]
    assert said(ACID, {"[600 mg]": "[300 mg]"})[1:] == [
        'Product "concentrate or ready solution", strengths: 600 mg becomes 300 mg, 0.5 times.'
    ]


def test_a_source_that_is_no_longer_confirmed_says_so(said: Said) -> None:
    assert said(DRUG, {"confirmed: true": "confirmed: false"}) == [
        "Source eu_label: confirmed becomes UNCONFIRMED."
    ]


def test_a_figure_that_gets_another_source_is_said(said: Said) -> None:
    assert said(
        RITUXIMAB, {"least_gap: 5 days, source: proposed}": "least_gap: 5 days, source: label}"}
    ) == ["Phase induction, rituximab, window, source: proposed becomes label."]


def test_an_erratum_that_means_something_else_is_said(said: Said) -> None:
    assert said(IMMUNOGLOBULIN, {"means: 0.4 g/kg": "means: 0.5 g/kg"}) == [
        'Erratum "0.4 mg/kg", means: 0.4 g/kg becomes 0.5 g/kg, 1.25 times.'
    ]


BAND = """\
      - drug: rituximab
        when: {weight: {%s}}
        route: intravenous infusion
        dose: %s
        days: [1]
        at: [infusion]
        per_course: %s
        source: label
"""


def test_the_bands_of_a_table_are_told_apart(said: Said, tmp_path: Path) -> None:
    text = (tmp_path / "library" / RITUXIMAB).read_text(encoding="utf-8")
    medicines = text[text.index("      - drug: rituximab") : text.index("examples:")]
    light, heavy = 'below: "50 kg"', 'at_least: "50 kg"'
    table = BAND % (light, "500 mg", "500 mg") + BAND % (heavy, "1000 mg", "1000 mg")
    file = tmp_path / "library" / RITUXIMAB
    file.write_text(text.replace(medicines, table), encoding="utf-8")
    assert said(RITUXIMAB, {"dose: 1000 mg": "dose: 900 mg", "course: 1000": "course: 900"}) == [
        "VERSION DID NOT RISE: it is still 1, although a dose changed.",
        "Phase induction, rituximab (weight (at least 50 kg)), dose: "
        "1,000 mg becomes 900 mg, 0.9 times.",
        "Phase induction, rituximab (weight (at least 50 kg)), total of the course: "
        "1,000 mg becomes 900 mg, 0.9 times.",
    ]


def test_a_regimen_and_a_drug_are_no_two_versions(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    with pytest.raises(InputError, match="are a regimen and a drug"):
        differences(read_version(root / RITUXIMAB), read_version(root / DRUG))


def test_the_command_says_each_difference_on_a_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = shelf(tmp_path) / RITUXIMAB
    copy = tmp_path / "copy.yaml"
    text = file.read_text(encoding="utf-8")
    copy.write_text(text.replace("late: 2 days", "late: 1 day"), encoding="utf-8")
    assert main(["diff", str(file), str(copy)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "VERSION DID NOT RISE: it is still 1, although a window changed.",
        "Phase induction, rituximab, window, late: 2 days becomes 1 day.",
    ]
    assert main(["diff", str(file), str(file)]) == 0
    assert capsys.readouterr().out == "No difference.\n"


def test_the_command_says_it_as_json_for_a_program(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = shelf(tmp_path) / DRUG
    copy = tmp_path / "copy.yaml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("{high: 1000 mg}", "{high: 1200 mg}").replace("version: 1", "version: 2")
    copy.write_text(changed, encoding="utf-8")
    assert main(["diff", str(file), str(copy), "--json"]) == 0
    where = "limit per dose in mg (intravenous infusion), usual dose, high"
    assert json.loads(capsys.readouterr().out) == {
        "old": {"id": "rituximab", "version": 1},
        "new": {"id": "rituximab", "version": 2},
        "differences": [
            {"where": "version", "old": 1, "new": 2, "text": "Version: 1 becomes 2."},
            {
                "where": where,
                "old": "1000 mg",
                "new": "1200 mg",
                "text": f"L{where[1:]}: 1,000 mg becomes 1,200 mg, 1.2 times.",
            },
        ],
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id: a\nid: b\n", ':2: found duplicate key "id"'),
        (b"phases: [\n", ":2: "),
        (b"\xff\xfe", ":1: is not UTF-8 text"),
        (b"", ":1: has neither the phases of a regimen nor the limits of a drug"),
        (b"title: none\n", ":1: has neither the phases of a regimen nor the limits of a drug"),
        (b"id: a\nname: a\nversion: 1\nsources: {}\nlimits: []\n", ":5: limits: "),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, said: str
) -> None:
    file, wrong = shelf(tmp_path) / DRUG, tmp_path / "wrong.yaml"
    wrong.write_bytes(content)
    assert main(["diff", str(file), str(wrong)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{wrong}{said}")


def test_both_files_that_are_missing_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["diff", str(tmp_path / "a.yaml"), str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path / 'a.yaml'}: is missing",
        f"{tmp_path}: cannot be read (Is a directory)",
    ]


def test_the_command_has_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["diff", "--help"])
    assert stop.value.code == 0
    assert "usage: python -m schedules diff" in capsys.readouterr().out
