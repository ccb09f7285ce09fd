"""Who may sign a file of the library as written or as checked, and when the two prove something."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.file_signature import content_of, is_proved, must_be_able_to_sign, used_now
from records.roles import Actor
from records.signature import CheckedContent, Signature
from schedules.knowledge.signed import Part
from schedules.version import VERSION
from tests.support.planning import library
from tests.support.ward import NOON

FILE = "drugs/rituximab"
ANNA = Actor(name="Anna Berg", role="planner", verified=True)
JAN = Actor(name="Jan Kowal", role="pharmacist", verified=True)
EVA = Actor(name="Eva Lund", role="pharmacist", verified=True)


def meaning(letter: str = "a") -> CheckedContent:
    return CheckedContent(plan="", program="0.1.0", knowledge={FILE: letter * 64})


def by(actor: Actor, part: str | None, letter: str = "a") -> Signature:
    what: dict[str, Any] = {"plan": FILE, "version": 1, "outcome": "signed", "remarks": part}
    return Signature(n=1, covers=meaning(letter), by=actor, at=NOON, **what)


def test_a_signature_on_a_file_covers_what_it_means_and_no_plan() -> None:
    used = used_now(library(), FILE)
    found = content_of(library(), FILE)
    assert (found.plan, found.program, [*found.knowledge]) == ("", VERSION, [FILE])
    assert found.knowledge[FILE] == used.sha256
    assert len(used.sha256) == 64
    with pytest.raises(InputError) as refused:
        content_of(library(), "drugs/rituxan")
    assert str(refused.value) == (
        'file: "drugs/rituxan" is not in the library; write regimens/ID, drugs/ID or terms/NAME'
    )


@pytest.mark.parametrize(("part", "other"), [("written", "checked"), ("checked", "written")])
def test_who_signed_the_other_part_of_this_meaning_signs_no_second(part: Part, other: Part) -> None:
    with pytest.raises(RefusedError) as refused:
        must_be_able_to_sign(JAN, part, meaning(), [by(EVA, other), by(JAN, other)])
    (finding,) = refused.value.findings
    assert (finding.code, finding.text) == (
        "records.own_file",
        f"Jan Kowal signed this file as {other}: another person signs.",
    )
    # Nothing is proved twice by the same part signed again, by another meaning, or by others.
    earlier = [by(JAN, part), by(JAN, other, "b"), by(EVA, other)]
    must_be_able_to_sign(JAN, part, meaning(), earlier)


def test_a_planner_may_have_written_a_file_and_does_not_check_it() -> None:
    must_be_able_to_sign(ANNA, "written", meaning(), [])
    with pytest.raises(RefusedError, match="The role planner may not sign"):
        must_be_able_to_sign(ANNA, "checked", meaning(), [])
    nurse = Actor(name="Ida Holm", role="nurse", verified=True)
    with pytest.raises(RefusedError, match="The role nurse may not"):
        must_be_able_to_sign(nurse, "written", meaning(), [])


def test_a_file_is_proved_by_two_people_over_its_meaning_of_today() -> None:
    typed = Actor(name="Eva Lund", role="pharmacist", verified=False)
    same = Actor(name="ANNA  berg", role="pharmacist", verified=True)
    written = by(ANNA, "written")
    for second in (
        by(JAN, "written"),
        by(JAN, "checked", "b"),
        by(typed, "checked"),
        by(same, "checked"),
        by(JAN, None),  # erased: nobody knows any more for what it stood
    ):
        assert not is_proved(meaning(), [written, second])
    assert not is_proved(meaning(), [])
    assert not is_proved(meaning(), [by(JAN, "checked")])
    both = [written, by(JAN, "checked")]
    for order in itertools.permutations([*both, by(same, "checked"), by(typed, "written")]):
        assert is_proved(meaning(), order)
