"""Who may act: a name that others can find again, and a role."""

from __future__ import annotations

import pytest

from dosing.errors import InputError
from records.roles import RULES, Actor


def test_a_name_has_at_most_60_characters() -> None:
    assert len(Actor(name="A" * 60, role="nurse", verified=True).name) == 60
    with pytest.raises(InputError, match="is too long or not printable"):
        Actor(name="A" * 61, role="nurse", verified=True)
    with pytest.raises(InputError, match="is missing"):
        Actor(name=" ", role="nurse", verified=True)


def test_the_rules_of_the_records_are_the_programs_own() -> None:
    assert RULES.confirmed
