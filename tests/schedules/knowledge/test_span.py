from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schedules.knowledge.span import Span, SpanText
from tests.support.outside import case_id, chosen

DATES = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text[:10])


@pytest.mark.parametrize(
    ("text", "days", "months"),
    [
        ("1 day", 1, 0),
        ("28 days", 28, 0),
        ("4 weeks", 28, 0),
        ("1 week", 7, 0),
        ("1 month", 0, 1),
        ("18 months", 0, 18),
    ],
)
def test_a_length_is_whole_days_or_whole_months(text: str, days: int, months: int) -> None:
    assert Span.parse(text) == Span(days=days, months=months)


@pytest.mark.parametrize(
    "text",
    [
        "monthly",
        "weekly",
        "daily",
        "month",
        "1.5 months",
        "0 days",
        "0 months",
        "-1 day",
        "28",
        "28d",
        "28 Days",
        " 28 days",
        "28  days",
        "028 days",
        "10000 days",
        "1 year",
        "4-8 weeks",
        "1 to 2 months",
        "\u0661 day",
        "",
    ],
)
def test_what_could_mean_two_things_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="write 28 days, 4 weeks or 1 month"):
        Span.parse(text)


@pytest.mark.parametrize("text", ["1 day", "28 days", "1 month", "2 months"])
def test_a_length_is_written_as_it_is_read(text: str) -> None:
    assert str(Span.parse(text)) == text


def test_weeks_are_written_as_days() -> None:
    assert str(Span.parse("4 weeks")) == "28 days"


@pytest.mark.hazard("H20")
def test_months_are_counted_from_the_first_date_and_clipped_to_the_end_of_the_month() -> None:
    month = Span.parse("1 month")
    dates = [month.after(day("2026-10-31"), n).isoformat() for n in range(6)]
    # Chained, it would stay on the 28th for ever after February.
    assert dates == [
        "2026-10-31",
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]


def test_calendar_months_from_30_november_are_those_of_the_fact_sheet() -> None:
    month = Span.parse("1 month")
    dates = [f"{month.after(day('2026-11-30'), n):%d %b}" for n in range(2, 6)]
    assert dates == ["30 Jan", "28 Feb", "30 Mar", "30 Apr"]


@pytest.mark.parametrize(
    ("first", "months", "date"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2100-01-31", 1, "2100-02-28"),  # 2100 is no leap year
        ("2000-01-31", 1, "2000-02-29"),  # 2000 was one
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 13, "2027-12-30"),
    ],
)
def test_leap_days_and_the_end_of_the_year_are_kept(first: str, months: int, date: str) -> None:
    assert Span(months=months).after(day(first)) == day(date)


@given(first=DATES, months=st.integers(1, 60))
def test_a_number_of_months_lands_in_that_month(first: dt.date, months: int) -> None:
    date = Span(months=1).after(first, months)
    assert (date.year - first.year) * 12 + date.month - first.month == months
    next_month = (date + dt.timedelta(days=1)).month != date.month
    assert date.day == first.day or (date.day < first.day and next_month)


@given(first=DATES, days=st.integers(1, 400), times=st.integers(0, 30))
def test_days_are_days_across_every_month_end(first: dt.date, days: int, times: int) -> None:
    assert (Span(days=days).after(first, times) - first).days == days * times


@given(first=DATES, months=st.integers(1, 24))
def test_a_month_is_never_shorter_than_it_is_said_to_be(first: dt.date, months: int) -> None:
    span = Span(months=months)
    assert (span.after(first) - first).days >= span.shortest_days() == 28 * months


# Cases from outside. RFC 5545 skips a month that has no such day (31 January, 31 March) where this
# program takes its last day, so only rows on which both agree are kept: those that begin by the
# 28th or, for one, land in a month that has a 31st.
_UNITS = {"DAILY": Span(days=1), "WEEKLY": Span(days=7), "MONTHLY": Span(months=1)}


def stepped(asked: dict[str, Any]) -> tuple[Span, dt.date]:
    one, interval = _UNITS[asked["freq"]], asked.get("interval", 1)
    return Span(days=one.days * interval, months=one.months * interval), day(asked["dtstart"])


@pytest.mark.parametrize(
    "row",
    [*chosen("schedules", kind="rrule"), *chosen("schedules", kind="ical_rrule_exdate")],
    ids=case_id,
)
def test_a_step_gives_the_dates_of_the_source(row: dict[str, str]) -> None:
    span, first = stepped(json.loads(row["spec_json"]))
    wanted = [day(text) for text in json.loads(row["expected_json"])]
    assert wanted
    assert [span.after(first, n) for n in range(len(wanted))] == wanted


@pytest.mark.parametrize(
    "row", chosen("schedules", kind="frequency_code_until_inclusive"), ids=case_id
)
def test_every_second_day_is_counted_in_elapsed_days(row: dict[str, str]) -> None:
    asked = json.loads(row["spec_json"])
    assert asked["frequency"] == "Q2D"
    wanted = [day(text) for text in json.loads(row["expected_json"])]
    first = day(asked["start"])
    assert [Span.parse("2 days").after(first, n) for n in range(len(wanted))] == wanted


@pytest.mark.parametrize("row", chosen("schedules", kind="interval_until_exclusive"), ids=case_id)
def test_every_28_days_falls_on_the_days_of_the_source(row: dict[str, str]) -> None:
    asked = json.loads(row["spec_json"])
    first = dt.date(2026, 11, 30)
    span = Span(days=asked["ii_days"])
    wanted = json.loads(row["expected_json"])
    assert [(span.after(first, n) - first).days for n in range(len(wanted))] == wanted


@pytest.mark.parametrize("row", chosen("schedules", kind="date_add"), ids=case_id)
def test_a_date_and_a_length_make_the_date_of_the_source(row: dict[str, str]) -> None:
    asked = json.loads(row["spec_json"])
    count, unit = asked["add"].split()
    months = int(count) * {"month(s)": 1, "year(s)": 12}[unit]
    assert Span(months=months).after(day(asked["date"])) == day(json.loads(row["expected_json"]))


def test_once_is_one_span_later() -> None:
    assert Span(days=28).after(day("2026-11-30")) == day("2026-12-28")
    assert Span(months=1).after(day("2026-10-31")) == day("2026-11-30")


def test_a_file_holds_a_length_as_text_and_a_length_stays_one() -> None:
    length: TypeAdapter[Span] = TypeAdapter(SpanText)
    assert length.validate_python("4 weeks") == Span(days=28)
    assert length.validate_python(Span(months=2)) == Span(months=2)
    assert length.dump_python(Span(days=28)) == "28 days"
    # where a choice may stand as well, its name comes here too
    assert length.serializer.to_python("blocks", warnings=False) == "blocks"
