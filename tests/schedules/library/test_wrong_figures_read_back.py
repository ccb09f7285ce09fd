"""Every figure of every regimen and drug file is made wrong in turn, and every time refused.

The typos: ten times, a tenth, a thousandth, mg for g, per kg for per m2, one day more or less,
weekly to daily, low above high, a source removed, a key twice. The share that is refused
stands in the summary of the test run.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

import schedules.library.replay
from dosing.drugs.drug import Drug
from dosing.drugs.read_back import find_difference, read_back
from dosing.errors import KnowledgeError
from schedules.knowledge.regimen import Example, Regimen
from schedules.library.reader import read_library, read_version
from schedules.library.replay import replays
from tests.support.places import ROOT
from tests.support.slips import Slip, slips
from tests.support.written import written

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for kind in ("regimens", "drugs")
    for path in (ROOT / kind).glob("*.yaml")
)
REGIMENS = [name for name in FILES if name.startswith("regimens/")]
MODELS: dict[str, type[Regimen | Drug]] = {"regimens": Regimen, "drugs": Drug}
A_FEW = FILES[::15]
KEY = re.compile(r"(?P<before> *(?:- )?)(?P<key>[a-z_]+): *(?P<value>\S.*)?")

# A wrong figure that no program can know stands here, with the reason. There is none.
SURVIVORS: dict[tuple[str, str], str] = {}


@functools.cache
def document_of(name: str) -> Any:
    return YAML(typ="safe", pure=False).load((ROOT / name).read_text(encoding="utf-8"))


def holds(name: str, document: Any) -> bool:
    """Return whether the model of a file accepts it, which is what the library asks first.

    Of all that the model asks, the figures read back are the quickest to be found wrong.
    """
    full = written(document)
    if full.problems or find_difference(full.document, document.get("read_back", [])) is not None:
        return False
    try:
        MODELS[name.partition("/")[0]].model_validate(full.document)
    except ValidationError:
        return False
    return True


def of_an_expected_dose(slip: Slip) -> bool:
    return slip.place[0] == "examples" and "expect" in slip.place


@pytest.mark.hazard("H17", "H34")
@pytest.mark.parametrize("name", FILES)
def test_every_wrong_figure_of_a_file_is_refused_or_named_with_the_reason(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    survivors: dict[tuple[str, str], list[Any]] = {}
    tried = 0
    for slip in slips(document_of(name)):
        if of_an_expected_dose(slip):
            continue
        tried += 1
        if holds(name, slip.document):
            survivors.setdefault((name, slip.said), []).append(f"{slip.sort}: {slip.wrong}")
    record_property("figures tried", tried)
    record_property("figures refused", tried - sum(map(len, survivors.values())))
    assert set(survivors) == {key for key in SURVIVORS if key[0] == name}, survivors
    # A mutation test without mutants would pass too.
    assert tried >= 20


@pytest.mark.parametrize("name", REGIMENS)
def test_every_wrong_line_of_a_worked_example_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    library = read_library(ROOT, only=Path(name).stem)
    (regimen,) = library.regimens.values()
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
    record_property("figures tried", tried)
    record_property("figures refused", tried)


def _but_for_expect(example: Example) -> str:
    return example.model_dump_json(exclude={"expect"})


@pytest.mark.hazard("H34")
@pytest.mark.parametrize("name", A_FEW)
def test_the_running_program_refuses_what_its_model_refuses(name: str, tmp_path: Path) -> None:
    every = [slip for slip in slips(document_of(name)) if not of_an_expected_dose(slip)]
    for slip in every[:: len(every) // 4]:
        text = io.StringIO()
        YAML(typ="safe", pure=True).dump(slip.document, text)
        path = tmp_path / Path(name).name
        path.write_text(text.getvalue(), encoding="utf-8")
        with pytest.raises(KnowledgeError):
            read_version(path)


def doubled(text: str) -> Iterator[str]:
    """Yield the text of a file with each of its keys in turn written twice."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        match = KEY.fullmatch(line.rstrip("\n"))
        # The line after a key without a value belongs to it; a folded text too.
        if match and match["value"] and match["value"] not in (">-", "|"):
            again = f"{' ' * len(match['before'])}{match['key']}: {match['value']}\n"
            yield "".join([*lines[: number + 1], again, *lines[number + 1 :]])


@pytest.mark.parametrize("name", FILES)
def test_a_key_that_stands_twice_is_refused(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    every = list(doubled((ROOT / name).read_text(encoding="utf-8")))
    path = tmp_path / Path(name).name
    # Reading takes its time: another key in each file, and all keys over the files.
    path.write_text(every[7 * FILES.index(name) % len(every)], encoding="utf-8")
    with pytest.raises(KnowledgeError, match="duplicate key"):
        read_version(path)
    record_property("figures tried", 1)
    record_property("figures refused", 1)


@pytest.mark.hazard("H34")
@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read_back_as_its_figures_are(name: str) -> None:
    assert document_of(name).get("read_back") == read_back(written(document_of(name)).document)


def test_only_these_tablets_may_be_halved() -> None:
    # Words that no figure carries: the 40 mg tablet of dexamethasone lost its score line in 2023.
    drugs = [name for name in FILES if name.startswith("drugs/")]
    products = [(name, product) for name in drugs for product in document_of(name)["products"]]
    scored = {name for name, product in products if product.get("scored")}
    assert scored == {"drugs/baclofen.yaml", "drugs/pyridostigmine.yaml"}


def test_the_unaltered_files_hold_by_the_same_way() -> None:
    assert [name for name in FILES if not holds(name, document_of(name))] == []
