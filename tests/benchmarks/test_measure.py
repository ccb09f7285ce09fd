"""What is made of the times, with clocks that a test winds."""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.measure import Row, Side, best_times, ratio
from benchmarks.page import answered_in_time, p95
from benchmarks.report import write_page


class Wound:
    """A clock that goes on only while a side works."""

    def __init__(self) -> None:
        self.now = 0.0
        self.worked: list[str] = []

    def side(self, name: str, *seconds: float, calls: int = 1) -> Side:
        rounds = iter(seconds)

        def work() -> None:
            self.worked.append(name)
            self.now += next(rounds)

        return Side(work=work, clock=lambda: self.now, calls=calls)


def test_the_sides_take_turns_and_the_least_time_of_each_counts() -> None:
    clock = Wound()
    sides = [clock.side("a", 5, 3, 4), clock.side("b", 2, 7, 1)]
    assert best_times(sides, rounds=3) == [3, 1]
    assert clock.worked == ["a", "b", "a", "b", "a", "b"]


def test_the_time_of_a_round_is_shared_by_its_calls() -> None:
    assert best_times([Wound().side("a", 6, calls=3)], rounds=1) == [2]
    calls = []
    Side.repeating(lambda: calls.append(1), 4).work()
    assert len(calls) == 4


def test_no_round_is_begun_after_the_time_is_spent_but_the_first_is_ended() -> None:
    clock = Wound()
    sides = [clock.side("a", 60, 1), clock.side("b", 1, 1)]
    assert best_times(sides, rounds=2, seconds=8) == [60, 1]
    assert clock.worked == ["a", "b"]


def test_a_ratio_meets_its_aim_up_to_the_aim_itself() -> None:
    assert [ratio("a", "b", ours, 2, 3).met for ours in (5.9, 6, 6.1)] == [True, True, False]
    assert ratio("a", "b", 6, 2, None).met is None
    least = [
        Row(what="a", against="b", value=count, aim=20, at_least=True).met for count in (19, 20)
    ]
    assert least == [False, True]


def test_a_clock_too_coarse_for_the_other_side_meets_nothing() -> None:
    blind = ratio("a", "b", 1, 0, 3)
    assert math.isnan(blind.value)
    assert blind.met is False


def test_a_value_is_shown_in_three_digits() -> None:
    values = (0.203, 1.0, 1.266, 12.64, 282.4, 1234.5)
    shown = [Row(what="a", against="b", value=value).value_text for value in values]
    assert shown == ["0.20 x", "1 x", "1.27 x", "12.6 x", "282 x", "1234 x"]


def test_the_wait_of_95_in_100_is_the_nearest_rank() -> None:
    assert p95([float(n) for n in range(100, 0, -1)]) == 95
    assert p95([float(n) for n in range(1, 21)]) == 19
    assert p95([7.0]) == 7


def test_a_number_of_sessions_counts_only_while_every_smaller_one_is_in_time() -> None:
    assert answered_in_time({1: 50, 5: 300, 10: 301}) == 5
    assert answered_in_time({1: 50, 5: 400, 10: 250}) == 1
    assert answered_in_time({1: 301}) == 0


def test_the_page_of_results_names_the_day_and_the_peers_and_no_folder(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    rows = [ratio("a dose", "pint", 8, 2, 5), ratio("a chart", "pint", 3, 2, None)]
    at = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
    write_page(page, {"dose": rows}, {"dose": 90.0}, at)
    text = page.read_text(encoding="utf-8")
    assert "| a dose | pint | 4 x | at most 5 | met |\n" in text
    assert "| a chart | pint | 1.50 x | none |  |\n" in text
    assert "Measured on 27-Nov-2026, " in text
    assert "The whole run took 1.5 minutes: dose 90 s." in text
    for peer in ("icalendar 7", "pint 0.25", "numpy 2", "polars 2", "streamlit 1"):
        assert peer in text
    assert re.findall(r"(?:^|[\s`(])/\w+", text) == [], "no path of this machine"


def test_a_page_of_some_rows_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--only", "dose", "--write"])
    assert refused.value.code == 2
    assert "--write takes no --only" in capsys.readouterr().err
