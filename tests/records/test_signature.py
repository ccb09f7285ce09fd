"""What a signature covers, part by part, without a database."""

from __future__ import annotations

import dataclasses

import pytest

import records.signature
from records.signature import CheckedContent, Signature, checked_content, status_of_saved
from schedules.version import VERSION
from tests.support.planning import RITUXIMAB, library
from tests.support.ward import CHECKED_AT, PHARMACIST, heavier, plan

FILE = f"regimens/{RITUXIMAB}"


def signed(covers: CheckedContent, n: int = 1) -> Signature:
    return Signature(
        n=n,
        plan="p",
        version=1,
        outcome="signed",
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
