"""Nothing that has a meaning changes in a file alone: figures, words, entries, marks.

Each place of each regimen and drug file is edited in turn, once here and in every way by
``python -m tests.support.edits``. What neither the model nor the reading refuses stands in
``without_meaning``, with the reason.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError

import schedules.library.replay
from dosing.errors import KnowledgeError
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.regimen import Example
from schedules.knowledge.yaml_file import parse_quickly
from schedules.library.one_file import read_version
from schedules.library.reader import read_usable
from schedules.library.replay import replays
from tests.support.edits import (
    ORDER,
    REPLAYED,
    SAME,
    each_part_read_once,
    edits_of,
    one_of_each_place,
    without_meaning,
)
from tests.support.places import ROOT
from tests.support.planning import RITUXIMAB, library, whole_library
from tests.support.shelf import read_anew, shelf
from tests.support.slips import Slip, slips

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for kind in ("regimens", "drugs")
    for path in (ROOT / kind).glob("*.yaml")
)
REGIMENS = [name for name in FILES if name.startswith("regimens/")]
KEY = re.compile(r"(?P<before> *(?:- )?)(?P<key>[a-z_]+): *(?P<value>\S.*)?")


@pytest.mark.hazard("H17", "H34")
@pytest.mark.parametrize("kind", ["regimens", "drugs"])
def test_every_place_of_every_file_is_held_by_its_reading(
    kind: str, record_property: Callable[[str, object], None]
) -> None:
    known = whole_library().regimens if kind == "regimens" else whole_library().drugs
    survivors: Counter[str] = Counter()
    tried = 0
    for entry in known.values():
        with each_part_read_once():
            reading = read_aloud(entry).text
            for edit in one_of_each_place(entry):
                tried += 1
                if (survivor := edit.survivor(reading)) is not None:
                    place = f"{entry.id} {edit.place} {edit.sort} {edit.wrong}"
                    survivors[without_meaning(edit, survivor, entry) or place] += 1
    record_property("edits tried", tried)
    record_property("edits refused", tried - survivors.total())
    assert set(survivors) <= {REPLAYED, SAME}
    # A trial without edits would pass too.
    assert tried > (15_000 if kind == "regimens" else 4_000)


def test_words_of_patients_are_held_by_their_readings() -> None:
    survivors: Counter[str] = Counter()
    tried = 0
    for path in sorted((ROOT / "terms").glob("*.yaml")):
        entry = read_version(path)
        reading = read_aloud(entry).text
        # Each reads its whole file aloud: one place in a hundred here, all of them in the trial.
        for edit in itertools.islice(one_of_each_place(entry), 0, None, 100):
            tried += 1
            if (survivor := edit.survivor(reading)) is not None:
                place = f"{path.stem} {edit.place} {edit.sort} {edit.wrong}"
                survivors[without_meaning(edit, survivor, entry) or place] += 1
    assert set(survivors) <= {ORDER, SAME}
    assert tried > 40


def test_the_edits_are_those_that_pass_unseen_where_only_figures_are_held() -> None:
    made = {
        (edit.place, edit.sort, str(edit.wrong)) for edit in edits_of(library().drug("rituximab"))
    }
    for edit in (
        (("spacing", 0, "level"), "word", "NOTE"),
        (("spacing", 0), "entry removed", ""),
        (("sources", "eu_label", "confirmed"), "turned", "False"),
        (("sources", "proposed limit"), "entry removed", ""),
        (("products", 0, "routes", 0), "word", "['oral']"),
        (("limits", 0, "usual", "low"), "x 10", "3400 mg/m2"),
        (("ladders", 2, "only_if"), "removed", ""),
    ):
        assert edit in made
    regimen = library().regimen(RITUXIMAB)
    made = {(edit.place, edit.sort, str(edit.wrong)) for edit in edits_of(regimen)}
    for seen in (
        (("phases", 0, "medicines", 0, "surface"), "word", "du_bois"),
        (("prerequisites", 2, "before"), "word", "first dose"),
        (("for", 0), "removed", "['chronic inflammatory demyelinating polyneuropathy']"),
        (("status",), "word", "endorsed"),
        (("errata", 0), "entry removed", ""),
    ):
        assert seen in made


@pytest.mark.hazard("H34")
@pytest.mark.parametrize(
    ("file", "old", "new", "says", "means"),
    [
        (
            "drugs/rituximab.yaml",
            "level: WARN",
            "level: NOTE",
            "gets a WARN: “Plasma exchange",
            "gets a NOTE: “Plasma exchange",
        ),
        (
            "regimens/rituximab-weekly.yaml",
            "surface: mosteller",
            "surface: du_bois",
            "The body surface is that of Mosteller.",
            "The body surface is that of Du Bois.",
        ),
        (
            "regimens/rituximab-weekly.yaml",
            "late: 2 days",
            "late: 3 days",
            "It may be given up to 2 days late (source: proposed).",
            "It may be given up to 3 days late (source: proposed).",
        ),
    ],
)
def test_the_running_program_leaves_out_a_file_that_is_not_what_its_reading_says(
    tmp_path: Path, file: str, old: str, new: str, says: str, means: str
) -> None:
    root = shelf(tmp_path)
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = {one.file: one.problems for one in read_usable(root).left_out}
    (problem,) = found[file]
    assert problem.startswith(
        f"{file}:1: is not what its reading, {file.partition('/')[0]}/readings/"
    )
    assert says in problem.partition("the reading says: ")[2].partition(" The file means: ")[0]
    assert means in problem.partition(" The file means: ")[2]
    assert f"python -m schedules read-back {file} --write" in problem
    assert read_usable(read_anew(root)).left_out == ()


@pytest.mark.hazard("H34")
def test_a_file_without_a_reading_is_left_out(tmp_path: Path) -> None:
    root = shelf(tmp_path)
    (root / "drugs/readings/rituximab.md").unlink()
    left_out = {one.file: one.problems for one in read_usable(root).left_out}
    assert left_out["drugs/rituximab.yaml"] == (
        "drugs/rituximab.yaml:1: has no reading, drugs/readings/rituximab.md; "
        "python -m schedules read-back drugs/rituximab.yaml --write",
    )
    # and every regimen that needs it
    assert set(left_out) == {"drugs/rituximab.yaml", "regimens/rituximab-weekly.yaml"}


@functools.cache
def document_of(name: str) -> Any:
    return YAML(typ="safe", pure=False).load((ROOT / name).read_text(encoding="utf-8"))


def of_an_expected_dose(slip: Slip) -> bool:
    return slip.place[0] == "examples" and "expect" in slip.place


@pytest.mark.parametrize("name", REGIMENS)
def test_every_wrong_line_of_a_worked_example_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    library = whole_library()
    regimen = library.regimens[Path(name).stem]
    # What comes out does not depend on what was expected: it is computed once.
    worked_out = [
        schedules.library.replay.replay(regimen, example, library) for example in regimen.examples
    ]
    by_patient = {_but_for_expect(e): w for e, w in zip(regimen.examples, worked_out, strict=True)}
    monkeypatch.setattr(
        schedules.library.replay,
        "replay",
        lambda _, example, __: by_patient[_but_for_expect(example)],
    )
    tried = 0
    for slip in filter(of_an_expected_dose, slips(document_of(name))):
        number = slip.place[1]
        assert isinstance(number, int)
        tried += 1
        wrong = regimen.examples[number].model_copy(
            update={"expect": slip.document["examples"][number]["expect"]}
        )
        alone = regimen.model_copy(update={"examples": [wrong]})
        assert replays(alone, library) == [False], f"{slip.said}: {slip.wrong}"
    assert all(replays(regimen, library))
    assert tried
    record_property("edits tried", tried)
    record_property("edits refused", tried)


def _but_for_expect(example: Example) -> str:
    return example.model_dump_json(exclude={"expect"})


def doubled(text: str) -> Iterator[str]:
    """Yield the text of a file with each of its keys in turn written twice."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        match = KEY.fullmatch(line.rstrip("\n"))
        # The line after a key without a value belongs to it; a folded text too.
        if match and match["value"] and match["value"] not in (">-", "|"):
            again = f"{' ' * len(match['before'])}{match['key']}: {match['value']}\n"
            yield "".join([*lines[: number + 1], again, *lines[number + 1 :]])


def with_a_key_twice() -> Iterator[tuple[str, str]]:
    """Yield each file with one of its keys written twice: another in each, all over the files."""
    for number, name in enumerate(FILES):
        every = list(doubled((ROOT / name).read_text(encoding="utf-8")))
        yield name, every[7 * number % len(every)]


def has_a_key_twice(text: str) -> bool:
    try:
        parse_quickly(text.encode())
    except DuplicateKeyError:
        return True
    return False


def test_a_key_that_stands_twice_is_refused(
    record_property: Callable[[str, object], None],
) -> None:
    assert [name for name, text in with_a_key_twice() if not has_a_key_twice(text)] == []
    record_property("edits tried", len(FILES))
    record_property("edits refused", len(FILES))


def test_a_key_that_stands_twice_is_named_with_its_line(tmp_path: Path) -> None:
    # What finds lines takes its time, and is the same for every file.
    for name, text in itertools.islice(with_a_key_twice(), 0, None, 20):
        path = tmp_path / Path(name).name
        path.write_text(text, encoding="utf-8")
        with pytest.raises(KnowledgeError, match=r":\d+: .*duplicate key"):
            read_version(path)


def test_only_these_tablets_may_be_halved() -> None:
    # Words that no figure carries: the 40 mg tablet of dexamethasone lost its score line in 2023.
    drugs = whole_library().drugs.values()
    scored = {drug.id for drug in drugs for product in drug.products if product.scored}
    assert scored == {"baclofen", "pyridostigmine", "zidovudine"}
