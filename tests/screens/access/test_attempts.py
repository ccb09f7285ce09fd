"""Sign-ins are counted for a minute, for each apart, and in a bounded memory."""

from __future__ import annotations

import pytest

from screens.access import attempts
from screens.access.attempts import Attempts, network


def test_after_so_many_in_a_minute_one_waits_until_the_first_is_a_minute_old() -> None:
    now = iter([0.0, 10.0, 20.0, 59.5, 60.0, 60.0, 200.0])
    counted = Attempts(2, lambda: next(now))
    # 0 and 10 are counted; at 20 the first is to become 60 s old in 40 s, at 59.5 in half a second.
    # At 60 it is forgotten, and the one counted then makes two with that of 10, which is due at 70.
    assert [counted.wait("a") for _ in range(7)] == [0, 0, 40, 1, 0, 10, 0]


def test_each_is_counted_apart() -> None:
    counted = Attempts(1, lambda: 0.0)
    assert [counted.wait(who) for who in ("a", "b", "a", "b")] == [0, 0, 60, 60]


def test_no_more_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_REMEMBERED", 3)
    counted = Attempts(1, lambda: 0.0)
    for who in "abcd":
        counted.wait(who)
    assert list(counted._lately) == ["b", "c", "d"]
    assert len(counted._lately["b"]) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8:0:0:ffff::9", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("", "testclient", False),
    ],
)
def test_the_rest_of_an_address_of_version_six_makes_nobody_new(
    one: str, other: str, *, same: bool
) -> None:
    assert (network(one) == network(other)) is same
