"""What a ward would take otherwise, derived by hand from the plans of two or three patients.

Immunoglobulin is 2 g/kg on five days, rounded to 5 g as a whole, repeated every 28 days; a man of
120 kg and 175 cm. Devine: 50 + 2.3 x (175 / 2.54 - 60) = 70.46 kg. Adjusted by 0.4: 90.28 kg, so
180.6 and 180 g; by the actual weight 240 g.
"""

from __future__ import annotations

import datetime as dt

import pytest

from dosing.errors import InputError
from dosing.units import plain
from schedules.cohort.compared import (
    about_alternative,
    about_plans,
    compare_in_words,
    compared_sheets,
)
from schedules.cohort.demand import Days, Ward, WardCourse
from schedules.cohort.moves import Decision
from schedules.cohort.what_if import Alternatives, compare, read_what_if
from schedules.course.work_out import work_out
from schedules.plans.changes import Defer
from schedules.plans.making import make_plan
from tests.schedules.cohort.test_demand import A, B, cyclophosphamide, of_ward
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    library,
    man,
    planned,
    shelved,
)

ASKED = Decision(who="AB", when=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), why="what if")
MONDAY, FRIDAY = dt.date(2026, 11, 30), dt.date(2026, 12, 4)
EIGHT_WEEKS = Days(dt.date(2026, 11, 30), dt.date(2027, 1, 24))


def immunoglobulin(name: str = "I", **who: str) -> WardCourse:
    choices = {"courses": "2", "repeat_every": "28 days"}
    one = man(**{"weight": "120 kg", **who})
    return of_ward(name, planned(IMMUNOGLOBULIN, who=one, choices=choices))


def rituximab(name: str = "R") -> WardCourse:
    return of_ward(name, planned(RITUXIMAB))


def asked(*texts: str, of: tuple[WardCourse, ...], days: Days = EIGHT_WEEKS) -> Alternatives:
    what_ifs = [read_what_if(text, library(), ASKED) for text in texts]
    return compare(Ward(courses=of), what_ifs, library(), days)


def amounts(found: Alternatives, drug: str = "immunoglobulin") -> list[tuple[int, str]]:
    return [
        (need.doses, plain(need.amount))
        for one in found.each
        for need in one.demand.needs
        if need.line.drug == drug
    ]


def test_another_interval_is_the_choice_that_a_person_makes() -> None:
    """Eight weeks hold two courses 28 days apart, and one where the next is after 56 days."""
    found = asked("interval=56", of=(immunoglobulin(), rituximab()))
    assert amounts(found) == [(10, "480 g"), (5, "240 g")]
    assert found.each[1].stays == {"R": "rituximab-weekly leaves no interval to a person"}
    assert found.each[1].altered == 1


def test_an_interval_that_the_regimen_does_not_offer_leaves_the_plan_as_it_is() -> None:
    found = asked("interval=21 days", of=(immunoglobulin(),))
    assert amounts(found) == [(10, "480 g"), (10, "480 g")]
    assert "write 28 days to 56 days" in found.each[1].stays["I"]


def test_adjusted_and_actual_weight() -> None:
    texts = ("weight=immunoglobulin:adjusted:devine:0.4", "weight=immunoglobulin:actual")
    found = asked(*texts, of=(immunoglobulin(),))
    assert amounts(found) == [(10, "480 g"), (10, "360 g"), (10, "480 g")]


@pytest.mark.hazard("H292")
def test_a_plan_without_a_course_in_one_alternative_counts_in_none() -> None:
    """Without a height there is no adjusted weight; else half the drug would seem to be saved."""
    text = "weight=immunoglobulin:adjusted:devine:0.4"
    found = asked(text, of=(immunoglobulin("I"), immunoglobulin("J", height="")))
    assert amounts(found) == [(10, "480 g"), (10, "360 g")]
    (left_out,) = found.left_out
    assert left_out.name == "J"
    assert left_out.why[0].startswith(f"with {text}: height: is missing")
    rows = compared_sheets(found)["what if, plans"]
    assert [(row["plan"], row["why"][:14]) for row in rows] == [("J", "counts in none")]


def test_vials_are_shared_where_one_states_how_long_they_serve() -> None:
    """1,850 and 2,150 mg: 2,000 and 2,000 + 500 mg alone, two of 2,000 mg together."""
    found = asked("sharing=cyclophosphamide:24 h", of=(A, B), days=Days(*[EIGHT_WEEKS.first] * 2))
    lines = {line.figure: line.cells for line in compare_in_words(found)}
    drug = "cyclophosphamide, intravenous infusion"
    assert lines == {
        f"{drug}: packs, vials shared": ("not stated", "2000 mg x 2"),
        f"{drug}: waste, vials shared": ("not stated", "0\u00a0mg"),
    }


def test_another_product_comes_in_other_vials() -> None:
    """200 g on five days are 40 g on each: Privigen has a vial of 40 g, Flebogamma two of 20 g."""
    text = "product=immunoglobulin:Flebogamma DIF 5 %"
    found = asked(text, of=(immunoglobulin(weight="100 kg"),), days=Days(MONDAY, FRIDAY))
    lines = {line.figure: line.cells for line in compare_in_words(found)}
    packs = lines["immunoglobulin, intravenous infusion: packs"]
    assert packs == ("40 g x 5", "20 g x 10")
    assert found.each[1].altered == 1


def test_a_table_of_dose_bands_moves_an_exact_dose_to_that_of_its_band() -> None:
    """35 kg at 6 mg/kg are 210 mg, to 4 mg 208 or 212; the table has 204 mg from 34 to 36 kg.

    210 / 4 is 52.5: the nearest, half up, is 53 x 4 = 212 mg. A week: 1,484 and 1,428 mg.
    """
    knowledge = shelved("vamorolone-us")
    regimen = knowledge.regimen("vamorolone-us")
    boy = make_plan(
        regimen,
        knowledge.knowledge_for(regimen),
        knowledge.site,
        man(age="12 years", weight="35 kg", height="140 cm"),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices={"planned": "28 days"},
    )
    ward = Ward(courses=(WardCourse(name="V", course=work_out(boy, knowledge)),))
    texts = ("bands=vamorolone-uk-eu", "bands=none")
    what_ifs = [read_what_if(text, knowledge, ASKED) for text in texts]
    found = compare(ward, what_ifs, knowledge, Days(MONDAY, MONDAY + dt.timedelta(days=6)))
    assert amounts(found, "vamorolone") == [(7, "1484 mg"), (7, "1428 mg"), (7, "1484 mg")]
    assert found.each[2].stays == {"V": "is planned so already"}


def test_doses_of_a_drug_on_one_weekday_within_their_windows() -> None:
    """Mondays, 1 day early and 2 days late: all to Wednesday; Thursday is out of reach."""
    found = asked("weekday=rituximab:Wed", "weekday=rituximab:Thu", of=(rituximab(),))
    days = [{day for dates in one.demand.by_day.values() for day in dates} for one in found.each]
    assert [{f"{day:%a}" for day in each} for each in days] == [{"Mon"}, {"Wed"}, {"Mon"}]
    assert found.each[2].stays == {"R": "no window of its rituximab reaches that day"}


def pulses(found: Alternatives) -> list[list[str]]:
    """Return the days of the pulses of cyclophosphamide, as planned and otherwise."""
    return [
        [
            f"{day:%a %d-%b}"
            for line, days in one.demand.by_day.items()
            if line.drug == "cyclophosphamide"
            for day in sorted(days)
        ]
        for one in found.each
    ]


HALF_A_YEAR = Days(MONDAY, dt.date(2027, 5, 31))


def test_a_pulse_that_takes_later_ones_along_leaves_them_no_move_of_their_own() -> None:
    """Each pulse is counted from the one given, 28 days later; it may come 14 days late.

    The first goes from Monday 30 November to Wednesday, and the other five stand on Wednesdays.
    """
    found = asked(
        "weekday=cyclophosphamide:Wed",
        of=(of_ward("C", planned(CYCLOPHOSPHAMIDE)),),
        days=HALF_A_YEAR,
    )
    assert found.left_out == ()
    mondays = ["30-Nov", "28-Dec", "25-Jan", "22-Feb", "22-Mar", "19-Apr"]
    wednesdays = ["02-Dec", "30-Dec", "27-Jan", "24-Feb", "24-Mar", "21-Apr"]
    assert pulses(found) == [[f"Mon {d}" for d in mondays], [f"Wed {d}" for d in wednesdays]]


def test_a_pulse_that_was_put_off_goes_back_to_the_weekday_of_its_own() -> None:
    """The second was put off from Monday 28 December to Tuesday, and took four along."""
    put_off = Defer(at="pulses cycle 2 day 1", by_days=1, scope="this day", **ASKED.fields)
    plan = planned(CYCLOPHOSPHAMIDE).model_copy(update={"changes": [put_off]})
    found = asked("weekday=cyclophosphamide:Mon", of=(of_ward("C", plan),), days=HALF_A_YEAR)
    assert found.left_out == ()
    tuesdays = ["29-Dec", "26-Jan", "23-Feb", "23-Mar", "20-Apr"]
    mondays = ["28-Dec", "25-Jan", "22-Feb", "22-Mar", "19-Apr"]
    assert pulses(found) == [
        ["Mon 30-Nov", *(f"Tue {day}" for day in tuesdays)],
        ["Mon 30-Nov", *(f"Mon {day}" for day in mondays)],
    ]


def test_several_alterations_at_once() -> None:
    text = "interval=56; weight=immunoglobulin:adjusted:devine:0.4"
    assert amounts(asked(text, of=(immunoglobulin(),))) == [(10, "480 g"), (5, "180 g")]


def test_a_difference_is_said_in_words_and_who_stays_is_counted() -> None:
    found = asked(
        "interval=56", of=(immunoglobulin(), cyclophosphamide("C", "60 kg", "2026-12-01"))
    )
    lines = {line.figure: line.cells for line in compare_in_words(found)}
    amount = lines["immunoglobulin, intravenous infusion: amount"]
    assert [cell.replace("\u00a0", " ") for cell in amount] == ["480 g", "240 g (240 g less)"]
    assert about_alternative(found.each[1]) == "interval: 56 days: it alters 1 of 2 plans."
    stays = "1 stays: cyclophosphamide-monthly leaves no interval to a person."
    assert about_plans(found.each[1]) == [stays]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "is missing"),
        ("speed=2", "is no alteration"),
        ("interval", "is no alteration"),
        ("bands=none of these", "is no table of dose bands"),
        ("product=rituximab:water", "is no product of rituximab"),
        ("product=ritux:water", "drug"),
        ("weight=immunoglobulin:adjusted", "is no dosing weight"),
        ("weight=immunoglobulin:adjusted:guess:0.4", "is not known here"),
        ("weight=immunoglobulin:adjusted:devine:40", "is not a fraction"),
        ("weekday=rituximab:Friday", "is no weekday"),
        ("sharing=rituximab:24", "24"),
        ("interval=56; ", "is missing"),
    ],
)
def test_what_is_no_alteration_is_refused(text: str, refusal: str) -> None:
    with pytest.raises(InputError, match=refusal):
        read_what_if(text, library(), ASKED)
