"""The doors of regimen, drug and site files: a broken one is named, and everything else works."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from commands.schedules import main
from dosing.errors import KnowledgeError
from schedules.course.work_out import work_out
from schedules.library.one_file import read_version
from schedules.library.reader import read_library, read_usable
from schedules.plans.making import make_plan
from tests.doors.answering import aliases, answer, each, nested
from tests.support.planning import CYCLOPHOSPHAMIDE, MADE_ON, RITUXIMAB, THIOCTIC, man
from tests.support.shelf import read_anew, shelf, without_companions

REGIMEN = "regimens/rituximab-weekly.yaml"
DRUG = "drugs/rituximab.yaml"
SITE = "site.yaml"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelf(tmp_path_factory.mktemp("library"))


@pytest.fixture
def library(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "library"))


@pytest.fixture(scope="module")
def good_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shelf(tmp_path_factory.mktemp("alone"), only=(RITUXIMAB, "rituximab"))
    # Nothing is missing there: what is named is what a test has spoilt.
    assert list(read_library(root).regimens) == [RITUXIMAB]
    return root


@pytest.fixture
def alone(good_alone: Path, tmp_path: Path) -> Path:
    """Return a library of one regimen, its drug and the site: the files that are spoilt."""
    return Path(shutil.copytree(good_alone, tmp_path / "library"))


@pytest.fixture(scope="module")
def good_smallest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shelf(tmp_path_factory.mktemp("smallest"), only=("thiamine", "thiamine"))
    assert list(read_library(root).regimens) == ["thiamine"]
    return root


@pytest.fixture
def smallest(good_smallest: Path, tmp_path: Path) -> Path:
    """Return the shortest files that there are: the lines of a spoilt one are read slowly."""
    return Path(shutil.copytree(good_smallest, tmp_path / "library"))


def replaced(old: str, new: str) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return spoil


def ahead(text: str) -> Callable[[str], str]:
    return lambda before: text + before


def behind(text: str) -> Callable[[str], str]:
    return lambda before: before + text


def instead(text: str) -> Callable[[str], str]:
    return lambda _: text


# What of YAML can break any file, and a word of the answer.
ANY_FILE: list[tuple[Callable[[str], str], str]] = [
    (instead(""), ""),
    (instead("\n\n# nothing\n"), ""),
    (instead("null"), ""),
    (instead("7"), ""),
    (instead("- a\n- b\n"), ""),
    (instead("a text"), ""),
    (instead(nested("[", "]", 50_000)), "nested more than"),
    (instead(nested("{a: ", "}", 20_000)), "nested more than"),
    (instead("- " * 50_000), "nested more than"),
    (instead("? " * 50_000), "nested more than"),
    (instead("[" * 100_000), "nested more than"),
    (instead(aliases()), "an anchor (&b0) is not used here"),
    (behind("bomb: *nothing\n"), "an alias (*nothing) is not used here"),
    (behind("bomb: &b [*b]\n"), "an anchor (&b) is not used here"),
    (behind("bomb: !!python/object:os.system {}\n"), "a tag ("),
    (behind("bomb: !!python/object/apply:os.system [ls]\n"), "a tag ("),
    (behind("bomb: !mine 7\n"), "a tag (!mine) is not used here"),
    (behind("bomb: !!binary aGVsbG8=\n"), "a tag ("),
    (behind("<<: {a: 1}\n"), "a merge key (<<) is not used here"),
    (ahead("%YAML 1.1\n---\n"), "a directive (%) is not used here"),
    (ahead("%TAG ! tag:x,2000:\n---\n"), "a directive (%) is not used here"),
    (behind("---\na: 1\n"), "another document"),
    (behind("1: a\n"), 'key "1" is not a text'),
    (behind("2027-02-28: a\n"), 'key "2027-02-28" is not a text'),
    (behind("? [a, b]\n: c\n"), "is not a text"),
    (behind("due: 2027-02-30\n"), '"2027-02-30" is no day'),
    (behind("due: 2027-02-29\n"), '"2027-02-29" is no day'),
    (behind("due: 0000-01-01\n"), '"0000-01-01" is no day'),
    (behind("due: 2027-13-01\n"), '"2027-13-01" is no day'),
    (behind("due: 2027-01-01 24:00:00\n"), "is no day"),
    (behind("due: 2027-01-01T10:00:00+99:00\n"), "is no day"),
    (behind("many: " + "9" * 5000 + "\n"), "is no day, time or number"),
    (behind("many: 0x" + "f" * 5000 + "\n"), ""),
    (behind("title: again\ntitle: and again\n"), "duplicate key"),
    (behind("unknown: 7\n"), "unknown: is not a word that is known here"),
    (behind("unknown: .nan\n"), "unknown: is not a word that is known here"),
    (behind("a: b: c\n"), "mapping values are not allowed"),
    (behind("a: [1, 2\n"), ""),
    (behind('a: "no end\n'), ""),
    (behind("\tb: 1\n"), ""),
    (behind("a: @b\n"), ""),
    (behind("a: 'x\x00y'\n"), "x0000"),
    (behind("a: \x07\n"), "x0007"),
    (behind('a: "\\ud800"\n'), ""),
    (behind('a: "\\q"\n'), ""),
    (behind("a: \ufffe\n"), ""),
    (ahead("\u202e"), ""),
    (behind("a: " + "x" * 200_000 + "\n"), "is larger than 150,000 bytes"),
    (behind("a: [" + "1, " * 45_000 + "1]\n"), "has more than 10,000 parts"),
    (behind("\u0430: 1\n"), "is not a word that is known here"),
]


@each("spoil, word", ANY_FILE)
@pytest.mark.parametrize("file", ["regimens/thiamine.yaml", "drugs/thiamine.yaml", SITE])
def test_yaml_that_cannot_be_used_is_named_with_its_line(
    file: str, spoil: Callable[[str], str], word: str, smallest: Path
) -> None:
    path = smallest / file
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    words = answer(read_library, read_anew(smallest))
    assert any(line.startswith(f"{file}:") and word in line for line in words.splitlines()), words


BYTES = [
    "Zimmer: grün\n".encode("latin-1"),
    "a: 1\n".encode("utf-16"),
    "a: 1\n".encode("utf-32"),
    bytes(range(256)),
    b"\xff\xfe",
    b"\xed\xa0\x80: 1\n",  # half a letter, as some programs write it
    b"\x00" * 1000,
    b"\x1f\x8b\x08\x00" + bytes(100),
]


@each("content", BYTES)
@pytest.mark.parametrize("file", [REGIMEN, DRUG, SITE])
def test_bytes_that_are_no_text_are_named(file: str, content: bytes, alone: Path) -> None:
    (alone / file).write_bytes(content)
    assert f"{file}:1: " in answer(read_library, alone)


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing")


def a_loop_of_links(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def a_device_without_end(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "spoil", [a_directory, a_link_to_nothing, a_loop_of_links, a_device_without_end]
)
@pytest.mark.parametrize("file", [REGIMEN, DRUG, SITE])
def test_what_is_no_file_is_named(file: str, spoil: Callable[[Path], None], alone: Path) -> None:
    spoil(alone / file)
    assert f"{file}:" in answer(read_library, alone)


# What a regimen, drug or site file says, and a word of the answer.
SAID = [
    (REGIMEN, replaced("dose: 375 mg/m2", "dose: 375 mg\u00b2"), "dose"),
    (REGIMEN, replaced("dose: 375 mg/m2", "dose: \u0663\u0667\u0665 mg/m2"), "dose"),
    (REGIMEN, replaced("dose: 375 mg/m2", "dose: 1e400 mg/m2"), "dose"),
    (REGIMEN, replaced("dose: 375 mg/m2", "dose: .inf"), "dose"),
    (REGIMEN, replaced("dose: 375 mg/m2", "dose: [375 mg/m2]"), "dose"),
    (REGIMEN, replaced("dose: 375 mg/m2", "dose: null"), "dose"),
    (REGIMEN, replaced("version: ", "version: -"), "version"),
    (REGIMEN, replaced("id: rituximab-weekly", "id: ../../etc/passwd"), "id"),
    (REGIMEN, replaced("id: rituximab-weekly", "id: 7"), "id"),
    (REGIMEN, replaced("start: 2026-11-30", "start: 9999-12-31"), "first day"),
    (REGIMEN, replaced("start: 2026-11-30", "start: 0001-01-01"), "first day"),
    (REGIMEN, replaced("start: 2026-11-30", "start: 20261130"), "start"),
    (REGIMEN, replaced("start: 2026-11-30", 'start: "2026-11-30"'), "start"),
    (REGIMEN, replaced("start: 2026-11-30", "start: 2026-11-30 09:00:00"), "start"),
    (REGIMEN, replaced("id: rituximab-weekly", 'id: ""'), "id"),
    (REGIMEN, replaced("title: Rituximab 375 mg/m2 once a week, 4 doses", 'title: ""'), "is empty"),
    (
        REGIMEN,
        replaced("title: Rituximab 375 mg/m2 once a week, 4 doses", 'title: " "'),
        "is empty",
    ),
    (REGIMEN, replaced("[multifocal motor neuropathy,", '["",'), "for 1: is empty"),
    (REGIMEN, replaced("drug: rituximab", 'drug: ""'), "drug"),
    (REGIMEN, replaced("dose: 375 mg/m2", "dose: 375 mg/m2, 500 mg/m2"), "dose"),
    (DRUG, replaced("id: rituximab", 'id: " "'), "id"),
    (DRUG, replaced("name: rituximab", 'name: ""'), "name: is empty"),
    (DRUG, replaced("name: rituximab", 'name: "\\u00a0"'), "name: is empty"),
    (DRUG, replaced("name: concentrate for infusion", 'name: " "'), "name: is empty"),
    (DRUG, replaced("routes: [intravenous infusion]", 'routes: [""]'), "routes 1: is empty"),
    (
        DRUG,
        replaced("strengths: [100 mg, 500 mg]", 'strengths: ["100 mg, 500 mg"]'),
        "holds two amounts",
    ),
    (DRUG, replaced("strengths: [100 mg, 500 mg]", "strengths: [100/500 mg]"), "holds two amounts"),
    (
        DRUG,
        behind(
            "adjustments:\n"
            "  - {takes: [''], propose: avoid, level: WARN, text: x, source: proposed}\n"
        ),
        "takes",
    ),
    (SITE, replaced("zone: ", "zone: Mars/"), "zone"),
    (SITE, replaced("zone: ", "zone: 7 # "), "zone"),
    (
        SITE,
        replaced("rounding_tolerance_percent: ", "rounding_tolerance_percent: .nan # "),
        "round",
    ),
    (
        SITE,
        replaced("rounding_tolerance_percent: ", "rounding_tolerance_percent: .inf # "),
        "round",
    ),
    (
        SITE,
        replaced("rounding_tolerance_percent: ", "rounding_tolerance_percent: 1e999 # "),
        "round",
    ),
    (SITE, replaced("rounding_tolerance_percent: ", "rounding_tolerance_percent: -1 # "), "round"),
    (
        SITE,
        replaced("rounding_tolerance_percent: ", "rounding_tolerance_percent: true # "),
        "round",
    ),
    (SITE, replaced("times:", "times:\n  nightly: 24:00"), "24:00"),
    (SITE, replaced("times:", "times:\n  nightly: 8:3"), "times"),
    (SITE, replaced("times:", 'times:\n  nightly: "0\u0669:00"'), "times"),
    (SITE, replaced("times:", "times:\n  nightly: 800"), "times"),
    (SITE, behind("closed: {rule: never}\n"), "rule"),
    (SITE, behind("closed: {rule: stay, country: ZZ}\n"), "ZZ"),
    (SITE, behind("closed: {rule: stay, country: GB, subdivision: Mars}\n"), "Mars"),
    (SITE, behind("closed: {rule: stay, own: [20261225]}\n"), "own"),
    (SITE, behind("closed: {rule: stay, own: [0001-01-01]}\n"), "own"),
    (SITE, behind("closed: {rule: stay, own: ['2027-02-30']}\n"), "own"),
    (SITE, behind("weight_valid_days: 0\n"), "weight_valid_days"),
    (SITE, behind("weight_valid_days: 1e400\n"), "weight_valid_days"),
    (SITE, behind("pharmacy: {dose_bands: [../../etc/passwd]}\n"), "passwd"),
    (SITE, behind("pharmacy: {dose_bands: [nothing]}\n"), "bands/nothing.csv is missing"),
    (SITE, behind("pharmacy: {products: {nothing: [x]}}\n"), "nothing"),
    (SITE, behind("pharmacy: {share_vials: {rituximab: forever}}\n"), "forever"),
]


def without(key: str, text: str) -> str:
    """Return a site file without one of its keys, which a bad one then replaces."""
    lines, kept, leaving = text.splitlines(keepends=True), [], False
    for line in lines:
        if not line.startswith((" ", "#", "\n", "-")):
            leaving = line.startswith(f"{key}:")
        kept += [] if leaving else [line]
    return "".join(kept)


@each("file, spoil, word", SAID)
def test_what_a_file_may_not_say_is_named_with_its_line(
    file: str, spoil: Callable[[str], str], word: str, alone: Path
) -> None:
    without_companions(alone / REGIMEN)
    path = alone / file
    text = path.read_text(encoding="utf-8")
    if file == SITE:
        for key in ("closed", "weight_valid_days", "pharmacy"):
            text = without(key, text)
    path.write_text(spoil(text), encoding="utf-8")
    words = answer(read_library, read_anew(alone))
    assert any(line.startswith(f"{file}:") and word in line for line in words.splitlines()), words


@pytest.mark.parametrize("file", [REGIMEN, DRUG])
def test_one_version_of_a_file_is_read_by_the_same_door(file: str, library: Path) -> None:
    path = library / file
    path.write_text(aliases(), encoding="utf-8")
    assert "an anchor (&b0) is not used here" in answer(read_version, path)


def break_it(library: Path, file: str) -> None:
    with (library / file).open("a", encoding="utf-8") as text:
        text.write("due: 2027-02-30\n")


def test_a_broken_regimen_is_left_out_and_the_others_are_planned(library: Path) -> None:
    break_it(library, REGIMEN)
    found = read_usable(library)
    assert set(found.regimens) == {CYCLOPHOSPHAMIDE, "immunoglobulin-5-days", THIOCTIC}
    [left_out] = found.left_out
    assert left_out.file == REGIMEN
    assert '"2027-02-30" is no day' in left_out.problems[0]
    words = answer(found.regimen, RITUXIMAB)
    assert words.startswith(f'regimen: "{RITUXIMAB}" is left out')
    assert '"2027-02-30" is no day' in words


def test_a_regimen_that_needs_a_broken_drug_file_is_left_out_and_says_why(library: Path) -> None:
    break_it(library, DRUG)
    found = read_usable(library)
    assert RITUXIMAB not in found.regimens
    assert CYCLOPHOSPHAMIDE in found.regimens
    assert [one.file for one in found.left_out] == [DRUG, REGIMEN]
    assert "no valid drug file: drugs/rituximab.yaml" in answer(found.regimen, RITUXIMAB)
    assert '"2027-02-30" is no day' in answer(found.drug, "rituximab")


def test_a_worked_example_that_does_not_reproduce_leaves_its_regimen_out(library: Path) -> None:
    path = library / REGIMEN
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("rituximab 700 mg", "rituximab 750 mg", 1), encoding="utf-8")
    found = read_usable(read_anew(library))
    assert RITUXIMAB not in found.regimens
    assert "comes out as" in answer(found.regimen, RITUXIMAB)


def test_without_the_site_nothing_is_planned(library: Path) -> None:
    break_it(library, SITE)
    with pytest.raises(KnowledgeError, match=r"site\.yaml:"):
        read_usable(library)


def test_a_broken_band_table_is_left_out_and_stops_the_doses_that_it_would_band(
    library: Path,
) -> None:
    (library / "bands").mkdir()
    (library / "bands" / "ours.csv").write_text("nothing\n", encoding="utf-8")
    text = without("pharmacy", (library / SITE).read_text(encoding="utf-8"))
    (library / SITE).write_text(text + "pharmacy: {dose_bands: [ours]}\n", encoding="utf-8")
    found = read_usable(library)
    assert [one.file for one in found.left_out] == ["bands/ours.csv"]
    regimen = found.regimen(CYCLOPHOSPHAMIDE)
    plan = make_plan(
        regimen,
        found.knowledge_for(regimen),
        found.site,
        man(),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices={},
    )
    course = work_out(plan, found)
    assert "bands.missing" in {one.code for one in course.findings if one.level == "STOP"}
    assert not course.rows


PLAN = (
    "--label",
    "ward-7",
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
)


@pytest.mark.parametrize("file", [REGIMEN, DRUG])
def test_list_plan_and_check_name_a_broken_file(
    file: str, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(library, file)
    at = ["--library", str(library)]

    assert main([*at, "list", "--json"]) == 0
    said = capsys.readouterr()
    assert RITUXIMAB not in {one["id"] for one in json.loads(said.out)}
    assert f"Left out: {file}:" in said.err

    assert main([*at, "plan", CYCLOPHOSPHAMIDE, *PLAN]) == 0
    assert capsys.readouterr().err == ""

    assert main([*at, "plan", RITUXIMAB, *PLAN]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{file}:" in said.err
    assert '"2027-02-30" is no day' in said.err

    assert main([*at, "check"]) == 2
    assert f"{file}:" in capsys.readouterr().err


def test_a_file_without_permission_is_left_out(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Taking the permission away would not do: root may read every file.
    opened = Path.open

    def forbidden(path: Path, mode: str = "r") -> IO[Any]:
        if path == library / REGIMEN:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", forbidden)
    assert [one.file for one in read_usable(library).left_out] == [REGIMEN]
