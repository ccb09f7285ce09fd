"""The reading of a file: everything that it means, and nothing that it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from dosing.drugs.drug import LIMIT_LEVELS, Drug
from dosing.drugs.file_model import FileModel
from schedules.knowledge import terms
from schedules.knowledge.reading import (
    drug_words,
    medicine_words,
    patient_words,
    phase_words,
    rate_words,
    regimen_words,
    safety_words,
    terms_words,
)
from schedules.knowledge.reading.page import meaning_of, read_aloud, sentences_of
from schedules.knowledge.reading.release import since_release
from schedules.knowledge.reading.telling import (
    UntoldFieldError,
    listed,
    quoted,
    spoken,
    spoken_key,
    tells_every_field,
)
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.signed import Signed, Signer
from schedules.library.reader import read_library, read_usable
from tests.support.planning import RITUXIMAB, library, whole_library
from tests.support.shelf import read_anew, shelf

WORDS = (
    drug_words,
    medicine_words,
    patient_words,
    phase_words,
    rate_words,
    regimen_words,
    safety_words,
    terms_words,
)


class Pair(FileModel):
    one: str
    other: str = ""


def test_a_field_without_words_is_an_error() -> None:
    @tells_every_field
    def forgets(pair: Pair) -> Iterator[str]:
        yield pair.one

    with pytest.raises(UntoldFieldError, match="Pair: no words for other"):
        list(forgets(Pair(one="a")))


def test_only_fields_can_be_seen_so_that_nothing_is_told_by_the_way() -> None:
    @tells_every_field
    def peeps(pair: Pair) -> Iterator[str]:
        yield str(pair.model_dump())

    with pytest.raises(KeyError):
        list(peeps(Pair(one="a")))


def models(model: type[FileModel], seen: set[type[FileModel]]) -> set[type[FileModel]]:
    """Return every model that a file of this model may hold."""
    if model in seen:
        return seen
    seen.add(model)
    waiting: list[Any] = [field.annotation for field in model.model_fields.values()]
    while waiting:
        kind = waiting.pop()
        if get_origin(kind) is not None or get_args(kind):
            waiting += get_args(kind)
        elif isinstance(kind, type) and issubclass(kind, FileModel):
            models(kind, seen)
    return seen


def test_every_model_of_a_file_has_a_function_that_tells_its_fields() -> None:
    told = {
        name
        for module in WORDS
        for function in vars(module).values()
        if hasattr(function, "__wrapped__")
        for name in list(function.__wrapped__.__annotations__.values())[:1]
    }
    of_files = {one.__name__ for one in models(Regimen, set()) | models(Drug, set())}
    for words in (terms.ConditionsFile, terms.MedicinesFile, terms.TestsFile):
        of_files |= {one.__name__ for one in models(words, set())}
    assert len(of_files) > 30
    assert of_files - told == set()


def test_a_text_cannot_close_its_own_quotation_nor_begin_a_line() -> None:
    assert quoted("a” gets a NOTE: “b\nc") == '“a" gets a NOTE: "b c”'


def test_an_id_is_read_aloud_as_a_ward_writes_it_and_no_other_word_sounds_so() -> None:
    assert spoken("any-liver-disease") == "any liver disease"
    assert spoken("hepatitis-b") == "hepatitis B"
    assert spoken("fcrn-blockers") == "FcRn blockers"
    # What is no id is quoted, and so differs from the id that sounds like it.
    assert spoken("any liver disease") == "“any liver disease”"
    assert spoken_key("step_length") == "step length"
    assert spoken_key("step length") == "“step length”"


def test_no_two_ids_of_the_library_sound_the_same() -> None:
    known = whole_library()
    ids = {*known.terms.conditions.entries, *known.terms.medicines.entries, *known.terms.tests}
    ids |= {*known.regimens, *known.drugs}
    ids |= {ladder.id for drug in known.drugs.values() for ladder in drug.ladders}
    assert len({spoken(name).lower() for name in ids}) == len(ids) > 900


def test_two_words_of_a_list_are_not_one() -> None:
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a and b"]) == "“a and b”"
    assert listed(["a, b", "c"]) == "“a, b” and c"


def test_each_limit_is_read_with_the_level_that_the_engine_raises() -> None:
    for drug in whole_library().drugs.values():
        sentences = [text for _, text in sentences_of(read_aloud(drug).text)]
        for limit in drug.limits:
            for level, _, bounds in limit.levels:
                assert level in {level for level, _ in LIMIT_LEVELS.values()}
                assert any(f"gets a {level} (source: {limit.source})" in s for s in sentences)
                assert bounds.any_bound is not None


def test_a_reading_is_read_aloud_as_it_stands_beside_the_file() -> None:
    # Written by hand from regimens/rituximab-weekly.yaml
    text = read_aloud(library().regimen(RITUXIMAB)).text
    assert "## Phase: induction\n\n- It lasts" not in text
    assert (
        "### rituximab\n\n"
        "- Give rituximab 375 mg/m2 by intravenous infusion (source: label).\n"
        "- The body surface is that of Mosteller.\n"
        "- Each dose is rounded to the nearest 100 mg (source: hopa).\n"
        "- It is given on days 1, 8, 15 and 22.\n"
        "- Time of day: infusion.\n"
        "- That is 1,500 mg/m2 in a course.\n"
        "- It is booked for 210 min the first time and 150 min later (source: booked).\n"
        "- The first infusion runs by the ladder rituximab first.\n"
        "- Each later infusion runs by the ladder rituximab later.\n"
        "- It may be given up to 1 day early (source: proposed).\n"
        "- It may be given up to 2 days late (source: proposed).\n"
        "- Two doses are at least 5 days apart (source: proposed).\n"
    ) in text
    # 4 x 700 mg, 4 x 600 mg
    assert "- Example 1 comes to 4 doses of rituximab, 2,800 mg in all.\n" in text
    assert "- Example 2 comes to 4 doses of rituximab, 2,400 mg in all.\n" in text


def test_the_order_of_keys_has_no_meaning() -> None:
    regimen = library().regimen(RITUXIMAB)
    turned = dict(reversed(regimen.sources.items()))
    other = regimen.model_copy(update={"sources": turned})
    assert read_aloud(other).meaning == read_aloud(regimen).meaning


MEANING = meaning_of("what it means")
ANNA = Signer(name="Anna Berg", role="physician", on=dt.date(2026, 11, 20), meaning=MEANING)
JAN = Signer(name="Jan Kowal", role="pharmacist", on=dt.date(2026, 11, 21), meaning=MEANING)


def test_signatures_come_back_as_they_were_written_and_are_a_claim() -> None:
    signed = Signed(written=ANNA, checked=JAN)
    assert Signed.read(signed.lines.partition("## Signatures\n")[2]) == signed
    assert signed.claim(MEANING) == (
        "claimed, not proved: written by Anna Berg, physician, on 2026-11-20; "
        "checked by Jan Kowal, pharmacist, on 2026-11-21"
    )
    assert Signed().claim(MEANING) == ""


@pytest.mark.hazard("H191")
def test_signatures_are_void_once_the_meaning_changed_or_where_one_person_signed_twice() -> None:
    signed = Signed(written=ANNA, checked=JAN)
    void = "signatures void, the file has changed since"
    assert signed.claim(meaning_of("something else")).startswith(void)
    both = Signed(written=ANNA, checked=ANNA)
    assert both.claim(MEANING).startswith("signatures void, one person wrote and checked")


@pytest.mark.parametrize(
    "block",
    [
        "",
        "- Written by nobody yet.\n",
        "- Written by nobody yet.\n- Checked by me.\n",
        "- Checked by nobody yet.\n- Written by nobody yet.\n",
    ],
)
def test_signatures_that_cannot_be_read_leave_the_file_out(tmp_path: Path, block: str) -> None:
    root = shelf(tmp_path)
    path = root / "drugs" / "rituximab.md"
    path = root / "drugs" / "readings" / "rituximab.md"
    head, mark, _ = path.read_text("utf-8").rpartition("## Signatures\n\n")
    path.write_text(f"{head}{mark}{block}", "utf-8")
    left_out = {one.file for one in read_usable(root).left_out}
    assert left_out == {"drugs/rituximab.yaml", "regimens/rituximab-weekly.yaml"}


def test_what_changed_since_the_release_is_named_sentence_by_sentence(tmp_path: Path) -> None:
    assert since_release(library(), f"regimens/{RITUXIMAB}") is None
    root = shelf(tmp_path)
    path = root / "regimens" / f"{RITUXIMAB}.yaml"
    text = path.read_text("utf-8").replace("late: 2 days", "late: 3 days")
    path.write_text(text.replace("version: 1", "version: 2"), "utf-8")
    since = since_release(read_library(read_anew(root)), f"regimens/{RITUXIMAB}")
    assert since is not None
    assert str(since) == "rituximab-weekly: 2 sentences differ from release 0.1.0"
    assert since.changes[1].new == "It may be given up to 3 days late (source: proposed)."
