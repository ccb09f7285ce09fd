"""Who may act: a name that others can find again, and a role."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.roles import ROLES, RULES, Act, Actor, forbid, may, must_be_allowed, same_person

# Written down by hand: a role that is not named may not.
MAY_DO: dict[str, set[str]] = {
    "save": {"planner", "pharmacist"},
    "acknowledge": {"planner", "pharmacist"},
    "sign": {"pharmacist"},
    "verify": {"nurse", "pharmacist", "planner"},
    "record": {"nurse", "planner"},
    "share": {"planner", "pharmacist", "administrator"},
    "erase": {"administrator"},
}


def test_a_name_has_at_most_60_characters() -> None:
    assert len(Actor(name="A" * 60, role="nurse", verified=True).name) == 60
    with pytest.raises(InputError, match="is too long or not printable"):
        Actor(name="A" * 61, role="nurse", verified=True)
    with pytest.raises(InputError, match="is missing"):
        Actor(name=" ", role="nurse", verified=True)


def test_a_name_that_cannot_be_printed_is_refused() -> None:
    with pytest.raises(InputError, match="is too long or not printable"):
        Actor(name="A\nB", role="nurse", verified=True)


def test_a_role_that_is_none_is_refused_and_every_role_named() -> None:
    other: Any = "doctor"
    with pytest.raises(InputError, match="planner, nurse, pharmacist, viewer, administrator"):
        Actor(name="AB", role=other, verified=True)


def test_a_name_that_nobody_proved_is_marked() -> None:
    assert str(Actor(name="AB", role="nurse", verified=True)) == "AB, nurse"
    assert str(Actor(name="AB", role="nurse", verified=False)) == "AB (unverified), nurse"


def test_each_role_does_what_it_may_and_nothing_else() -> None:
    assert set(get_args(Act)) == MAY_DO.keys()
    for act in get_args(Act):
        assert {role for role in ROLES if may(role, act) is True} == MAY_DO[act]
        assert {role for role in ROLES if may(role, act) is False} == {*ROLES} - MAY_DO[act]


def test_an_act_of_another_role_is_refused_by_name() -> None:
    must_be_allowed(Actor(name="AB", role="pharmacist", verified=True), "sign")
    with pytest.raises(RefusedError) as refused:
        must_be_allowed(Actor(name="GH", role="nurse", verified=True), "sign")
    (found,) = refused.value.findings
    assert (found.level, found.code, found.source) == ("STOP", "records.role", RULES)
    assert found.text == "The role nurse may not sign a plan; it is for: pharmacist."


def test_what_a_rule_forbids_is_stopped() -> None:
    with pytest.raises(RefusedError, match="Not so") as refused:
        forbid("records.role", "Not so.")
    assert [(one.level, one.source.confirmed) for one in refused.value.findings] == [("STOP", True)]


def test_two_names_that_read_alike_are_one_person() -> None:
    assert same_person("A. Brown", " a.  BROWN ")
    assert same_person("\uff21\uff22", "ab")  # the wide letters of a Japanese keyboard
    assert same_person("AB", "CD") is False


def test_the_rules_of_the_records_are_the_programs_own() -> None:
    assert RULES.confirmed
