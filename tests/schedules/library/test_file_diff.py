"""Two versions of a file, and what is said to differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.schedules import main
from dosing.errors import InputError
from dosing.units import ordinary_spaces
from schedules.knowledge.reading.comparison import compare_readings
from schedules.knowledge.regimen import Regimen
from schedules.library.file_diff import differences, version_remark
from schedules.library.one_file import read_version
from tests.support.made_up_regimen import medicine, phase, regimen
from tests.support.shelf import shelf, without_companions

RITUXIMAB = "regimens/rituximab-weekly.yaml"
IMMUNOGLOBULIN = "regimens/immunoglobulin-5-days.yaml"
DRUG = "drugs/rituximab.yaml"
RISEN = {"version: 1": "version: 2"}

Said = Callable[..., list[str]]


@pytest.fixture
def said(tmp_path: Path) -> Said:
    """Return what differs between a file and a copy in which texts were replaced, once each."""
    (tmp_path / "library").mkdir()
    root = shelf(tmp_path / "library")
    without_companions(root / RITUXIMAB)

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


GIVE = "Phase: induction, rituximab\n"


def test_a_lower_dose_is_said_with_its_factor(said: Said) -> None:
    # 350 / 375 = 0.9333; four doses are 1,400 mg/m2.
    changes = {"dose: 375 mg/m2": "dose: 350 mg/m2", "per_course: 1500": "per_course: 1400"}
    assert said(RITUXIMAB, {**changes, **RISEN}) == [
        "What this is\n  gone: This is the file regimens/rituximab-weekly, version 1.\n"
        "  new:  This is the file regimens/rituximab-weekly, version 2.",
        f"{GIVE}  gone: Give rituximab 375 mg/m2 by intravenous infusion (source: label).\n"
        "  new:  Give rituximab 350 mg/m2 by intravenous infusion (source: label).\n"
        "  375 mg/m2 becomes 350 mg/m2: 0.933 times",
        f"{GIVE}  gone: That is 1,500 mg/m2 in a course.\n"
        "  new:  That is 1,400 mg/m2 in a course.\n"
        "  1,500 mg/m2 becomes 1,400 mg/m2: 0.933 times",
    ]


def test_a_version_that_does_not_rise_or_goes_back_is_said_loudly(said: Said) -> None:
    # the copies of these tests, with another dose or only another text
    changed, text, risen = (made_up(version=1, title="a", window=n) for n in (1, 1, 2))
    assert version_remark(changed, text) == ""
    assert version_remark(changed, risen).startswith("VERSION DID NOT RISE: it is still 1")
    assert version_remark(changed, made_up(version=2, title="a", window=2)) == ""
    went_back = version_remark(made_up(version=2, title="a", window=1), changed)
    assert went_back == "VERSION WENT BACK: 2 becomes 1."
    assert version_remark(changed, made_up(version=1, title="b", window=1)) == ""


def made_up(*, version: int, title: str, window: int) -> Regimen:
    gap = {"least_gap": f"{window} days", "source": "label"}
    content = regimen(phase(medicine(window=gap)), version=version, about=title)
    return Regimen.model_validate(content)


def test_another_kind_of_dose_is_said_loudly(said: Said) -> None:
    changes = {
        "dose: 375 mg/m2": "dose: 375 mg/kg\n        weight: actual",
        "        surface: mosteller\n": "",
        "per_course: 1500 mg/m2": "per_course: 1500 mg/kg",
    }
    found = said(RITUXIMAB, {**changes, **RISEN})
    assert any("ANOTHER KIND OF DOSE: 375 mg/m2 becomes 375 mg/kg" in text for text in found)
    assert (
        f"{GIVE}  gone: The body surface is that of Mosteller.\n"
        "  new:  The weight is the actual weight."
    ) in found


def test_the_same_dose_in_another_unit_is_no_new_dose(said: Said) -> None:
    (found,) = said(IMMUNOGLOBULIN, {"dose: 0.4 g/kg": "dose: 400 mg/kg"})
    assert found.endswith("  0.4 g/kg and 400 mg/kg are the same in another unit")


def test_a_small_change_is_not_said_to_be_one_times(said: Said) -> None:
    # 374.9 / 375 = 0.99973
    changes = {"dose: 375 mg/m2": "dose: 374.9 mg/m2", "per_course: 1500": "per_course: 1499.6"}
    assert said(RITUXIMAB, changes)[0].endswith("374.9 mg/m2: 0.9997 times")


def test_a_day_that_is_gone_is_named(said: Said) -> None:
    changes = {"days: [1, 8, 15, 22]": "days: [1, 8, 15]", "per_course: 1500": "per_course: 1125"}
    assert said(RITUXIMAB, changes)[0] == (
        f"{GIVE}  gone: It is given on days 1, 8, 15 and 22.\n"
        "  new:  It is given on days 1, 8 and 15."
    )


def test_words_differ_as_figures_do(said: Said) -> None:
    # None of them was seen when only figures stood in a file twice.
    for file, old, new, sentence in (
        (RITUXIMAB, "route: intravenous infusion", "route: oral", "by mouth"),
        (RITUXIMAB, "surface: mosteller", "surface: du_bois", "surface is that of Du Bois."),
        (RITUXIMAB, "before: each dose", "before: first dose", "Before the first dose: “para"),
        (DRUG, "level: WARN", "level: NOTE", "gets a NOTE: “Plasma exchange"),
        (DRUG, "confirmed: true", "confirmed: false", "“presentation”: UNCONFIRMED."),
        (DRUG, "source: flat_course", "source: proposed limit", "(source: proposed limit)"),
    ):
        (found,) = said(file, {old: new})
        assert sentence in found.partition("  new:  ")[2], found


def test_checks_in_another_order_are_no_difference(said: Said) -> None:
    entry = "  - {what: %s, before: each dose, source: %s}\n"
    one = entry % ("paracetamol and antihistamine given", "label")
    other = entry % ("antihypertensives held for 12 h", "truxima eu leaflet")
    assert said(RITUXIMAB, {one + other: other + one}) == []


def test_medicines_that_change_places_differ() -> None:
    first, second = "## Phase: a\n\n- It lasts 1 day.\n", "## Phase: b\n\n- It lasts 1 day.\n"
    found = compare_readings(f"{first}\n{second}", f"{second}\n{first}")
    assert [(one.gone, one.new) for one in found] == [
        ("", "the heading “Phase: b”"),
        ("the heading “Phase: b”", ""),
    ]


def test_a_regimen_and_a_drug_are_no_two_versions(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    with pytest.raises(InputError, match="are a regimen and a drug"):
        differences(read_version(root / RITUXIMAB), read_version(root / DRUG))


def test_the_command_says_each_difference_and_that_the_version_did_not_rise(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, other = shelf(tmp_path) / RITUXIMAB, tmp_path / "other.yaml"
    other.write_text(file.read_text("utf-8").replace("late: 2 days", "late: 3 days"), "utf-8")
    assert main(["diff", str(file), str(file)]) == 0
    assert capsys.readouterr().out == "No difference.\n"
    assert main(["diff", str(file), str(other)]) == 0
    assert capsys.readouterr().out == (
        "VERSION DID NOT RISE: it is still 1, although patients get another.\n"
        f"{GIVE}  gone: It may be given up to 2 days late (source: proposed).\n"
        "  new:  It may be given up to 3 days late (source: proposed).\n"
    )


def test_the_command_says_it_as_json_for_a_program(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, other = shelf(tmp_path) / DRUG, tmp_path / "other.yaml"
    text = file.read_text("utf-8").replace("usual: {high: 1000 mg}", "usual: {high: 1200 mg}")
    other.write_text(text.replace("version: 1", "version: 2"), "utf-8")
    assert main(["diff", "--json", str(file), str(other)]) == 0
    usual = "One dose by intravenous infusion above {} mg gets a WARN"
    assert json.loads(capsys.readouterr().out) == {
        "old": {"id": "rituximab", "version": 1},
        "new": {"id": "rituximab", "version": 2},
        "remark": "",
        "differences": [
            {
                "where": "What this is",
                "gone": "This is the file drugs/rituximab, version 1.",
                "new": "This is the file drugs/rituximab, version 2.",
                "remark": "",
            },
            {
                "where": "Limits",
                "gone": f"{usual.format('1,000')} (source: proposed limit).",
                "new": f"{usual.format('1,200')} (source: proposed limit).",
                "remark": "1,000 mg becomes 1,200 mg: 1.2 times",
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
