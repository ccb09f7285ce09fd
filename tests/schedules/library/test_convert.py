"""Files of the first format become files of today's, and say what they said.

``tests/historic/first_format`` is a library of the first format with every part that is written
otherwise today. Its ``models.json`` holds every model and every dose as the program of that format
read them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import schedules.library.convert
import schedules.library.replay
from dosing.drugs.drug import Drug
from dosing.errors import InputError, KnowledgeError
from dosing.units import plain
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.earlier_files import meaning_of
from schedules.knowledge.expected import expanded
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.yaml_file import written_again
from schedules.library.convert import convert
from schedules.library.one_file import read_version
from schedules.library.reader import read_library
from tests.support.asking import Ask
from tests.support.places import ROOT
from tests.support.planning import whole_library
from tests.support.shelf import read_anew

FIRST = ROOT / "tests" / "historic" / "first_format"
FROZEN = json.loads((FIRST / "models.json").read_text(encoding="utf-8"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(FIRST, tmp_path / "library")
    shutil.copy(ROOT / "site.yaml", tmp_path / "library")
    return tmp_path / "library"


def texts(root: Path) -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in root.rglob("*.yaml")}


def in_full(part: Any, sources: dict[str, Any]) -> Any:
    """Return a part with its sources in place of their names, which may differ."""
    if isinstance(part, list):
        return [in_full(inner, sources) for inner in part]
    if not isinstance(part, dict):
        return part
    return {
        key: sources[value]
        if key == "source" or (key == "says" and "prints" in part)
        else in_full(value, sources)
        for key, value in part.items()
    }


def meaning(model: dict[str, Any]) -> dict[str, Any]:
    """Return what a file says, whatever its sources are called and however it lists its doses."""
    content = dict(model)
    sources = content.pop("sources")
    content = in_full(content, sources)
    reviewed = content.get("reviewed", {})
    # Who wrote and who checked a file signs its reading today; nobody had.
    assert reviewed.pop("written_by", "") == reviewed.pop("checked_by", "") == ""
    for example in content.get("examples", []):
        example["expect"] = [line for text in example["expect"] for line in expanded(text)]
    return {**content, "sources": {json.dumps(entry, sort_keys=True) for entry in sources.values()}}


def in_words_of_then(part: Any) -> Any:
    """Return a part with the attributes by the names that the frozen models have for them."""
    if isinstance(part, list):
        return [in_words_of_then(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    return {THEN.get(key, key): in_words_of_then(value) for key, value in part.items()}


THEN = {"prerequisites": "checks", "booked": "takes", "if_taking": "takes"}


def as_dumped(entry: Regimen | Drug) -> dict[str, Any]:
    content: dict[str, Any] = in_words_of_then(entry.model_dump(mode="json", by_alias=False))
    for phase, written in zip(getattr(entry, "phases", ()), content.get("phases", ()), strict=True):
        for medicine, values in zip(phase.medicines, written["medicines"], strict=True):
            values["doses_a_day"] = medicine.doses_a_day
    return content


def without_what_came_later(now: Any, then: Any) -> Any:
    """Return a part without the fields that the first format did not have, which must be empty."""
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [without_what_came_later(*pair) for pair in zip(now, then, strict=True)]
    if not isinstance(now, dict) or not isinstance(then, dict):
        return now
    # Sources may have other names; they are compared by what they say.
    later = {key: value for key, value in now.items() if key not in then}
    assert all(is_empty(value) for value in later.values()), later
    # Alerts became answers to the eight questions; the frozen files have none.
    kept = {
        key: now[key] if key == "sources" else without_what_came_later(now[key], then[key])
        for key in now
        if key in then
    }
    return kept | ({"alerts": []} if then.get("alerts") == [] else {})


def is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(is_empty, value.values()))
    return value is False or value in (None, "", [])


@pytest.mark.hazard("H190")
def test_every_model_says_what_it_said(root: Path) -> None:
    convert(root, write=True)
    library = read_library(read_anew(root))
    entries: dict[str, Regimen | Drug] = {}
    entries |= {f"regimens/{name}": entry for name, entry in library.regimens.items()}
    entries |= {f"drugs/{name}": entry for name, entry in library.drugs.items()}
    assert set(entries) == set(FROZEN["models"])
    for name, entry in entries.items():
        now = without_what_came_later(as_dumped(entry), FROZEN["models"][name])
        assert meaning(now) == meaning(FROZEN["models"][name]), name


def test_every_dose_keeps_its_identity_its_date_and_its_amount(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    courses: list[Course] = []

    def seen(*args: Any) -> Course:
        courses.append(work_out(*args))
        return courses[-1]

    convert(root, write=True)
    library = read_library(read_anew(root))
    monkeypatch.setattr(schedules.library.replay, "work_out", seen)
    for name, regimen in library.regimens.items():
        for example in regimen.examples:
            schedules.library.replay.replay(regimen, example, library)
        doses = [
            f"{row.id.partition('/')[2]} {row.date} {row.time} {row.drug} {plain(row.dose.amount)}"
            for row in courses[-1].rows
        ]
        assert doses == FROZEN["courses"][name]
    assert sum(map(len, FROZEN["courses"].values())) >= 30


@pytest.mark.hazard("H190")
def test_a_file_of_the_first_format_means_to_a_saved_plan_what_it_means_converted(
    tmp_path: Path,
) -> None:
    # carbamazepine-reduction as it was shipped in the first format; a plan knows its bytes
    path = tmp_path / "regimens" / "carbamazepine-reduction.yaml"
    path.parent.mkdir()
    shutil.copy(ROOT / "tests" / "historic" / "shipped" / path.name, path)
    shutil.copy(ROOT / "sources.yaml", tmp_path)
    known_by = hashlib.sha256(path.read_bytes()).hexdigest()
    assert known_by == "22dff4549eecb265e4fd0f0561df26ce1e028c4144abc896154739f93f5942e7"
    convert(path, write=True)
    meaning = read_aloud(read_version(path)).meaning
    assert meaning_of(known_by) == meaning
    # Nothing in it has changed since, so that no plan is told that it has.
    plan_holds = KnowledgeUsed(id=path.stem, version=1, sha256=known_by)
    assert not whole_library().has_changed(f"regimens/{path.stem}", plan_holds)


def test_a_file_of_the_first_format_is_refused_with_the_command_that_converts_it() -> None:
    path = ROOT / "tests" / "historic" / "shipped" / "carbamazepine-reduction.yaml"
    with pytest.raises(KnowledgeError) as error:
        read_version(path)
    (problem,) = error.value.problems
    assert problem.endswith(
        "carbamazepine-reduction.yaml:40: phases 1 gives: this file is in the format of version 1 "
        '("gives" is "medicines" now): python -m schedules convert FILE'
    )


def test_what_is_said_many_times_is_written_once(root: Path) -> None:
    convert(root, write=True)
    ladder = (root / "regimens" / "ladder.yaml").read_text(encoding="utf-8")
    assert (
        "          - {when: {weight: from 10 kg to below 30 kg}, dose: [5 mg, 10 mg], "
        "per_cycle: [20 mg, 40 mg]}\n" in ladder
    )
    assert "      - 2027-01-04 to 2027-01-05 madeupine 10 mg, 2 times a day\n" in ladder
    drip = (root / "regimens" / "drip.yaml").read_text(encoding="utf-8")
    assert "  - use: {regimen: drip-again, phase: pulses}\n" in drip
    assert "      - {dose: 5 mg, at: [evening], per_cycle: 5 mg, length: 1 day}\n" in drip
    shared = (root / "sources.yaml").read_text(encoding="utf-8")
    assert shared.count("A guide to madeupine") == 1
    assert "Proposed engineering value" not in "".join(texts(root).values())
    # What one file alone has stays in it, at its end; so does a source on which nothing rests.
    assert ladder[ladder.index("sources:") :].startswith("sources:\n  unread:\n")
    again = (root / "regimens" / "drip-again.yaml").read_text(encoding="utf-8")
    assert again.endswith("further_sources: [guide madeupine]\n")


def test_a_reserved_word_that_said_something_else_gets_a_name_of_its_own(root: Path) -> None:
    convert(root, write=True)
    drug = (root / "drugs" / "madeupine.yaml").read_text(encoding="utf-8")
    assert "  proposed alarm limit needs:\n    cite: Proposed alarm limit, needs a named" in drug
    assert "hard: {high: 100 mg}\n    source: proposed alarm limit needs\n" in drug


def test_comments_stand_where_they_stood(root: Path) -> None:
    convert(root, write=True)
    ladder = (root / "regimens" / "ladder.yaml").read_text(encoding="utf-8")
    assert "  # the full dose goes by weight\n  - name: full dose\n" in ladder
    assert "      # 40 mg a day in 2 doses\n      - 2027-01-08 to 2027-01-10 " in ladder
    drug = (root / "drugs" / "madeupine.yaml").read_text(encoding="utf-8")
    assert "# The limits are those of the label.\nlimits:\n" in drug


def test_a_comment_that_would_be_lost_keeps_everything_as_it_is(root: Path) -> None:
    path = root / "regimens" / "ladder.yaml"
    text = path.read_text(encoding="utf-8")
    heavy = "        when: {weight: {at_least: 30 kg}}\n"
    path.write_text(text.replace(heavy, f"        # heavier ones\n{heavy}", 1), encoding="utf-8")
    before = texts(root)
    with pytest.raises(KnowledgeError) as error:
        convert(root, write=True)
    assert error.value.problems == (
        'regimens/ladder.yaml: the comment "# heavier ones" would be lost; move it, and convert '
        "again",
    )
    assert texts(root) == before


@pytest.mark.hazard("H190")
def test_what_would_say_another_dose_is_not_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tenfold(document: Any) -> str:
        return written_again(document).replace("dose: 500 mg", "dose: 5000 mg")

    monkeypatch.setattr(schedules.library.convert, "written_again", tenfold)
    before = texts(root)
    with pytest.raises(KnowledgeError) as error:
        convert(root, write=True)
    assert error.value.problems == (
        "regimens/drip-again.yaml: phases would not say the same; nothing is written",
    )
    assert texts(root) == before


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("sources:\n", "sources:\n  label: {cite: x, confirmed: true}\n", "duplicate key"),
        ("confirmed: false", "confirmed: maybe", ":18: sources guide confirmed: "),
        ("phases:\n", "phases: [\n", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_keeps_everything_as_it_is(
    root: Path, old: str, new: str, problem: str
) -> None:
    path = root / "regimens" / "ladder.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    before = texts(root)
    with pytest.raises(KnowledgeError, match=problem) as error:
        convert(root, write=True)
    assert all(text.startswith("regimens/ladder.yaml:") for text in error.value.problems)
    assert texts(root) == before


def test_one_file_names_the_sources_that_are_shared_already(root: Path) -> None:
    convert(root, write=True)
    path = root / "regimens" / "ladder.yaml"
    shutil.copy(FIRST / "regimens" / "ladder.yaml", path)
    others = {file: text for file, text in texts(root).items() if file != str(path)}
    (changed,) = convert(path, write=True)
    assert str(changed) == "regimens/ladder.yaml: 132 lines become 79"
    assert "source: madeupine label\n" in path.read_text(encoding="utf-8")
    assert {file: text for file, text in texts(root).items() if file != str(path)} == others
    read_library(read_anew(root))


def test_the_command_names_what_it_changed_and_changes_it_once(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = Ask(capsys)
    before = texts(root)
    answer = ask("convert", "--check", root)
    assert (answer.code, texts(root)) == (2, before)
    assert "drugs/dripine.yaml: 18 lines become 14" in answer.out.splitlines()
    assert ask("convert", root).out == answer.out
    after = texts(root)
    for arguments in (("--check",), ()):
        answer = ask("convert", *arguments, root)
        assert (answer.code, answer.out) == (0, "Everything is in today's format.\n")
    assert texts(root) == after


@pytest.mark.parametrize("name", ["nowhere", "site.yaml", "empty"])
def test_what_is_no_library_and_no_file_of_one_is_refused(root: Path, name: str) -> None:
    (root / "empty").mkdir()
    with pytest.raises(InputError, match="folder that holds them"):
        convert(root / name, write=True)
