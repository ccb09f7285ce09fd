"""What a signature covers, part by part, without a database."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

import records.signature
from records.signature import (
    CheckedContent,
    Outcome,
    Signature,
    checked_content,
    status_of,
    status_of_saved,
)
from schedules.course.checked import NOT_CHECKED
from schedules.version import VERSION
from tests.support.planning import RITUXIMAB, library
from tests.support.ward import CHECKED_AT, PHARMACIST, heavier, plan

FILE = f"regimens/{RITUXIMAB}"


def signed(covers: CheckedContent, n: int = 1, outcome: Outcome = "signed") -> Signature:
    return Signature(
        n=n,
        plan="p",
        version=1,
        outcome=outcome,
        remarks="",
        covers=covers,
        by=PHARMACIST,
        at=CHECKED_AT,
    )


def test_each_part_that_changed_is_named() -> None:
    now = checked_content(plan(), library())
    assert now.changed_since(now) == []
    older = dataclasses.replace(now, program="0.0.1")
    assert now.changed_since(older) == [f"Posology was 0.0.1 and is {VERSION}"]
    assert now.changed_since(checked_content(heavier(plan()), library())) == [
        "the plan has changed"
    ]
    without = {file: sha256 for file, sha256 in now.knowledge.items() if file != FILE}
    assert now.changed_since(dataclasses.replace(now, knowledge=without)) == [
        f"{RITUXIMAB} has changed"
    ]


def test_a_file_that_is_known_by_an_earlier_hash_counts_by_its_meaning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records.signature, "meaning_of", {"bytes": "meaning"}.__getitem__)
    now = CheckedContent(plan="p", program=VERSION, knowledge={FILE: "meaning"})
    then = dataclasses.replace(now, knowledge={FILE: "bytes"})
    assert now.changed_since(then) == []


def test_a_saved_content_is_looked_at_by_the_files_of_its_own_signature() -> None:
    own = checked_content(plan(), library())
    other = CheckedContent(plan="another", program=VERSION, knowledge={"drugs/none": "x"})
    for signatures in ([own, other], [other, own]):
        status = status_of_saved(own.plan, library(), [*map(signed, signatures)])
        assert status.state == "checked"
    # of a content that nobody signed the files of the last signature are looked at
    unsigned = status_of_saved("unsigned", library(), [signed(other), signed(own)])
    assert (unsigned.state, unsigned.why) == ("void", "the plan has changed")


def test_a_saved_content_that_was_signed_again_goes_by_its_last_signature() -> None:
    # the first names one file, the last all of them: by the first alone they would differ
    last = checked_content(plan(), library())
    first = dataclasses.replace(last, knowledge={FILE: last.knowledge[FILE]})
    for own in ([first, last], [first, first, last], [last]):
        assert status_of_saved(last.plan, library(), [*map(signed, own)]).state == "checked"
    status = status_of_saved(
        last.plan, library(), [signed(last), signed(last, outcome="sent back")]
    )
    assert status.state == "sent back"


def test_a_content_is_kept_as_text_and_read_again() -> None:
    content = CheckedContent(plan="p", program="1", knowledge={"drugs/b": "2", "drugs/a": "1"})
    text = '{"knowledge":{"drugs/a":"1","drugs/b":"2"},"plan":"p","program":"1"}'
    assert content.to_json() == text
    assert CheckedContent.from_json(text) == content
    assert content.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_each_file_that_changed_or_is_gone_is_named_behind_one_that_has_not() -> None:
    then = CheckedContent(
        plan="p",
        program=VERSION,
        knowledge={"drugs/a": "same", "drugs/b": "old", "regimens/site/c": "old"},
    )
    now = dataclasses.replace(
        then, knowledge={"drugs/a": "same", "drugs/b": "new", "regimens/site/c": ""}
    )
    assert now.changed_since(then) == ["b has changed", "c is no longer in the library"]


def test_what_was_decided_on_this_content_is_said_with_who_and_when() -> None:
    own, who = checked_content(plan(), library()), "AB, pharmacist, 20-Nov-2026 14:05 UTC"
    outcomes: dict[Outcome, tuple[str, str]] = {
        "signed": ("checked", f"checked by {who}, this content"),
        "signed with remarks": ("checked", f"checked by {who}, with remarks, this content"),
        "sent back": ("sent back", f"sent back by {who}"),
    }
    for outcome, expected in outcomes.items():
        status = status_of(plan(), library(), [signed(own, outcome=outcome)])
        assert (status.state, status.text) == expected


def test_a_signature_of_another_content_is_void_and_one_that_was_sent_back_is_none() -> None:
    other = checked_content(heavier(plan()), library())
    void = status_of(plan(), library(), [signed(other), signed(other, outcome="sent back")])
    assert (void.state, void.why) == ("void", "the plan has changed")
    assert void.text == "void: checked by AB, pharmacist, 20-Nov-2026 14:05 UTC"
    for signatures in ([], [signed(other, outcome="sent back")]):
        assert status_of(plan(), library(), signatures) == NOT_CHECKED


def test_a_file_that_left_the_library_is_named_in_a_saved_content() -> None:
    own = checked_content(plan(), library())
    gone = dataclasses.replace(own, knowledge={**own.knowledge, "drugs/none": "x"})
    status = status_of_saved(own.plan, library(), [signed(gone)])
    assert (status.state, status.why) == ("void", "none is no longer in the library")
