from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dosing import units
from dosing.calculation.limits import check_amount, check_rate
from dosing.drugs.drug import Bounds, Drug, Limit
from dosing.trace import Finding
from dosing.units import KG, M2, MG, G, Unit, quantity
from tests.support.made_up import SOURCE, VEIN, drug, immunoglobulin, rituximab, spoken


def rate(which: Drug, text: str, per: Any = "dose", route: str = VEIN) -> list[Finding]:
    return check_rate(which, route, units.dose(text), per)


def codes(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in found]


@pytest.mark.hazard("H01")
def test_a_rate_a_thousand_times_too_small_is_stopped_and_names_the_unit_meant() -> None:
    (finding,) = rate(immunoglobulin(), "0.4 mg/kg")
    assert (finding.level, finding.code) == ("STOP", "limit.thousandth")
    said = spoken(finding.text)
    assert said.startswith(
        "0.4 mg/kg is a thousandth of the usual dose of immunoglobulin, 0.4 g/kg."
    )
    assert "a thousandth of the usual dose" in said
    assert "Was" in said
    assert "meant" in said
    assert said.count("0.4 g/kg") == 2
    assert str(finding.source) == "A made-up label, section 4.2"


def test_a_rate_a_thousand_times_too_great_is_stopped_and_names_the_unit_meant() -> None:
    (finding,) = rate(rituximab(), "375 g/m2")
    assert (finding.level, finding.code) == ("STOP", "limit.thousandfold")
    assert "375 g/m2 is a thousand times the usual dose of rituximab" in spoken(finding.text)
    assert "375 mg/m2" in spoken(finding.text)


@pytest.mark.hazard("H08")
def test_a_rate_of_another_kind_than_the_drug_is_dosed_by_is_stopped() -> None:
    (finding,) = rate(rituximab(), "375 mg/kg")
    assert (finding.level, finding.code) == ("STOP", "limit.wrong_kind")
    said = spoken(finding.text)
    assert said.startswith("Rituximab is dosed in mg/m2 (340 mg/m2 to 410 mg/m2)")
    assert "375 mg/kg is another kind of dose" in said
    assert said.endswith("Was 375 mg/m2 meant?")


def test_units_are_not_offered_as_milligrams() -> None:
    (finding,) = rate(rituximab(), "375 units/m2")
    assert codes([finding]) == [("STOP", "limit.wrong_kind")]
    assert "meant" not in finding.text


@pytest.mark.parametrize(
    ("text", "level", "code", "hint"),
    [
        # 37.5 and 3,750 mg/m2 are the usual 375 with a slipped point.
        ("37.5 mg/m2", "STOP", "limit.hard.below.dose", "375 mg/m2 would be usual"),
        ("3750 mg/m2", "STOP", "limit.hard.above.dose", "375 mg/m2 would be usual"),
        ("600 mg/m2", "STOP", "limit.hard.above.dose", ""),
        ("500.1 mg/m2", "STOP", "limit.hard.above.dose", ""),
        ("99.9 mg/m2", "STOP", "limit.hard.below.dose", ""),
        ("450 mg/m2", "WARN", "limit.usual.above.dose", ""),
        ("410.1 mg/m2", "WARN", "limit.usual.above.dose", ""),
        ("339.9 mg/m2", "WARN", "limit.usual.below.dose", ""),
        ("200 mg/m2", "WARN", "limit.usual.below.dose", ""),
    ],
)
def test_outside_the_usual_is_a_warning_and_outside_the_hard_limit_a_stop(
    text: str, level: str, code: str, hint: str
) -> None:
    (finding,) = rate(rituximab(), text)
    assert (finding.level, finding.code) == (level, code)
    assert spoken(finding.text).startswith(f"Rituximab: {text.replace('3750', '3,750')} a dose is")
    assert hint in spoken(finding.text)
    assert bool(hint) == ("point" in finding.text)


@pytest.mark.parametrize(
    "text", ["340 mg/m2", "410 mg/m2", "375 mg/m2", "0.34 g/m2", "0.41 g/m2", "410000 mcg/m2"]
)
def test_a_rate_exactly_at_a_usual_limit_passes(text: str) -> None:
    assert rate(rituximab(), text) == []


@pytest.mark.parametrize("text", ["100 mg/m2", "500 mg/m2", "0.1 g/m2", "0.5 g/m2"])
def test_a_rate_exactly_at_a_hard_limit_is_not_stopped(text: str) -> None:
    assert [finding.level for finding in rate(rituximab(), text)] == ["WARN"]


def test_binary_dust_does_not_carry_an_amount_over_its_limit() -> None:
    # 86.7 / 1.7^2 is 30 and 30.000000000000004 in binary.
    thirty = drug("x", {"per": "dose", "hard": {"low": "30 mg", "high": "30 mg"}})
    assert check_amount(thirty, VEIN, quantity(86.7 / 1.7**2, MG), "dose", {}) == []


def test_what_lies_in_a_wide_usual_range_is_no_slip_of_the_unit() -> None:
    # 1.5 mg and, a thousand times that, 1,500 mg are both usual here.
    wide = drug("x", {"per": "dose", "usual": {"low": "1 mg", "high": "2000 mg"}})
    for milligrams in (1.0, 1.5, 2.0, 2000.0):
        assert check_amount(wide, VEIN, quantity(milligrams, MG), "dose", {}) == []
    for text in ("1.5 mg", "1500 mg"):
        assert rate(wide, text) == []


def test_a_drug_without_a_low_or_high_bound_has_no_slip_of_a_thousand() -> None:
    only_high = drug("x", {"per": "dose", "hard": {"high": "2 g/kg"}})
    assert rate(only_high, "0.4 mg/kg") == []
    assert codes(rate(only_high, "400 g/kg")) == [("STOP", "limit.hard.above.dose")]


def test_a_limit_holds_for_its_routes_only() -> None:
    (finding,) = rate(rituximab(), "375 mg/m2", route="subcutaneous")
    assert (finding.level, finding.code) == ("STOP", "limit.unknown_route")
    assert "subcutaneous; known: intravenous infusion" in finding.text
    assert rate(immunoglobulin(), "0.4 mg/kg", route="any")[0].level == "STOP"


def test_a_limit_per_day_is_held_to_rates_per_day() -> None:
    daily = drug("x", {"per": "day", "usual": {"low": "10 mg/kg", "high": "15 mg/kg"}})
    assert rate(daily, "15 mg/kg/day", per="day") == []
    assert codes(rate(daily, "20 mg/kg/day", per="day")) == [("WARN", "limit.usual.above.day")]
    assert rate(daily, "20 mg/kg", per="dose") == []


def test_what_is_noted_is_a_note() -> None:
    noted = drug("x", {"per": "course", "note": {"high": "10 g"}, "hard": {"high": "36 g"}})
    for grams, expected in (
        (10, []),
        (10.1, [("NOTE", "limit.noted.above.course")]),
        (36, [("NOTE", "limit.noted.above.course")]),
        (36.1, [("STOP", "limit.hard.above.course")]),
    ):
        found = check_amount(noted, VEIN, quantity(grams, units.G), "course", {})
        assert codes(found) == expected


@pytest.mark.parametrize(
    ("milligrams", "expected"),
    [
        (1000.0, []),
        (1000.1, [("WARN", "limit.usual.above.dose")]),
        (1100.0, [("WARN", "limit.usual.above.dose")]),
        (1100.1, [("STOP", "limit.hard.above.dose")]),
    ],
)
def test_an_amount_is_held_to_the_absolute_limit(
    milligrams: float, expected: list[tuple[str, str]]
) -> None:
    found = check_amount(rituximab(), VEIN, quantity(milligrams, MG), "dose", {})
    assert codes(found) == expected


@pytest.mark.parametrize(
    ("milligrams", "expected"),
    # by 2 m2: 500 mg/m2 is the hard limit; beyond the usual 410 mg/m2 rounding may go
    [(830.0, []), (1000.0, []), (199.0, [("STOP", "limit.hard.below.dose")])],
)
def test_a_rounded_amount_is_held_to_the_hard_limit_per_body(
    milligrams: float, expected: list[tuple[str, str]]
) -> None:
    found = check_amount(rituximab(), VEIN, quantity(milligrams, MG), "dose", {M2: 2.0})
    assert codes(found) == expected


def test_an_amount_of_another_kind_or_period_is_not_compared() -> None:
    assert check_amount(rituximab(), VEIN, units.amount("5000 units"), "dose", {}) == []
    assert check_amount(rituximab(), VEIN, units.amount("5000 mg"), "course", {}) == []
    assert check_amount(rituximab(), VEIN, units.amount("5000 mg"), "dose", {KG: 70.0})[0].level


def test_nothing_given_is_not_judged_as_too_little() -> None:
    # Rounded to zero is a STOP of its own.
    low = drug("x", {"per": "dose", "hard": {"low": "5 mg", "high": "50 mg"}})
    assert check_amount(low, VEIN, quantity(0.0, MG), "dose", {}) == []


def test_each_row_of_a_column_has_the_findings_of_its_patient() -> None:
    which = drug(
        "x",
        {
            "per": "dose",
            "note": {"low": "19 mg", "high": "21 mg"},
            "usual": {"low": "10 mg", "high": "30 mg"},
            "hard": {"low": "5 mg", "high": "50 mg"},
        },
    )
    amounts = np.array([20.0, 9.0, 31.0, 4.0, 51.0, 0.02, 20000.0, 0.0, 12.0, 25.0, 10.0, 50.0])
    column = check_amount(which, VEIN, quantity(amounts, MG), "dose", {})
    for row, amount in enumerate(amounts.tolist()):
        alone = codes(check_amount(which, VEIN, quantity(amount, MG), "dose", {}))
        here = codes([f for f in column if f.rows is not None and f.rows[row]])
        assert here == alone, amount
    # all kinds are there: two slips, two hard, two usual, two noted
    assert len(column) == 8


def test_each_row_of_a_column_is_held_to_its_own_body() -> None:
    bodies: dict[Unit, Any] = {M2: np.array([2.0, 1.0])}
    (finding,) = check_amount(
        rituximab(), VEIN, quantity(np.array([900.0, 900.0]), MG), "dose", bodies
    )
    assert finding.rows is not None
    assert finding.rows.tolist() == [False, True]
    assert "1 row" in finding.text


BOUNDS_REFUSED = [
    ({}, "needs low, high or both"),
    ({"low": "2 mg", "high": "1 mg"}, "is above high"),
    ({"low": "2 g", "high": "1000 mg"}, "is above high"),
    ({"low": "1 mg", "high": "1 mL"}, "differ in kind"),
    ({"low": "1 mg/kg", "high": "2 mg/m2"}, "differ in kind"),
    ({"low": "1 mgg"}, "write 1 mg"),
    ({"low": 1}, "is not text with a unit"),
    ({"low": "1,5 mg"}, "write 1.5 mg"),
    ({"low": "1 mg", "hihg": "2 mg"}, "Extra inputs"),
]


@pytest.mark.parametrize(("bounds", "why"), BOUNDS_REFUSED)
def test_wrong_bounds_are_refused_when_the_file_is_read(bounds: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Bounds.model_validate(bounds)


LIMITS_REFUSED = [
    ({"per": "dose"}, "a limit needs"),
    ({"per": "week", "hard": {"high": "1 g"}}, "per"),
    ({"per": "day", "hard": {"high": "1 g/day"}}, "write g and"),
    ({"per": "dose", "usual": {"high": "1 g"}, "hard": {"high": "1 g/kg"}}, "differ in kind"),
    ({"per": "dose", "usual": {"high": "2 g"}, "hard": {"high": "1 g"}}, "hard high is below"),
    ({"per": "dose", "usual": {"low": "1 g"}, "hard": {"low": "2 g"}}, "hard low is above"),
]


@pytest.mark.parametrize(("limit", "why"), LIMITS_REFUSED)
def test_a_wrong_limit_is_refused_when_the_file_is_read(limit: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Limit.model_validate({"source": "label", **limit})


def test_a_limit_without_its_source_in_the_file_is_refused() -> None:
    with pytest.raises(ValidationError, match="no source named 'elsewhere'"):
        drug("x", {"per": "dose", "hard": {"high": "1 g"}, "source": "elsewhere"})


def test_a_drug_without_limits_is_refused() -> None:
    with pytest.raises(ValidationError, match="limits"):
        drug("x")


def test_a_product_without_its_source_in_the_file_is_refused() -> None:
    product = {
        "name": "vial",
        "form": "vial",
        "routes": [VEIN],
        "strengths": ["100 mg"],
        "source": "no",
    }
    with pytest.raises(ValidationError, match="products 1: no source named 'no'"):
        Drug.model_validate(
            {
                "id": "x",
                "name": "x",
                "version": 1,
                "sources": SOURCE,
                "products": [product],
                "limits": [{"per": "dose", "hard": {"high": "1 g"}, "source": "label"}],
            }
        )


def test_a_bound_is_written_back_as_it_is_read() -> None:
    bounds = Bounds.model_validate({"low": "340 mg/m\u00b2", "high": "0.41 g/m2"})
    assert bounds.model_dump() == {"low": "340 mg/m2", "high": "0.41 g/m2"}
    assert Bounds.model_validate(bounds.model_dump()) == bounds


def codes_and_texts(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.code, one.text.replace("\u00a0", " ")) for one in found]


def test_a_rate_is_of_a_kind_that_any_limit_has() -> None:
    both = drug(
        "x",
        {"per": "dose", "hard": {"high": "20 mg/kg"}},
        {"per": "dose", "hard": {"high": "1000 mg/m2"}},
    )
    assert check_rate(both, VEIN, units.dose("10 mg/kg"), "dose") == []
    (code, text), *rest = codes_and_texts(check_rate(both, VEIN, units.dose("21 mg/kg"), "dose"))
    assert (code, rest) == ("limit.hard.above.dose", [])
    assert "(up to 20 mg/kg)" in text


def test_a_rate_of_another_kind_is_answered_with_the_first_limit() -> None:
    own = drug(
        "x",
        {"per": "dose", "hard": {"high": "20 mg/m2"}},
        {"per": "dose", "hard": {"high": "30 mg/m2"}},
    )
    for wrong in ("10 mg/kg", "10 units/m2"):
        ((code, text),) = codes_and_texts(check_rate(own, VEIN, units.dose(wrong), "dose"))
        assert code == "limit.wrong_kind"
        assert "is dosed in mg/m2 (up to 20 mg/m2)" in text


def test_a_limit_of_another_kind_is_passed_over_and_the_next_one_holds() -> None:
    own = drug(
        "x",
        {"per": "dose", "hard": {"high": "1000 units"}},
        {"per": "dose", "hard": {"low": "1 g"}},
    )
    ((code, text),) = codes_and_texts(check_amount(own, VEIN, units.amount("900 mg"), "dose", {}))
    assert code == "limit.hard.below.dose"
    assert "(from 1 g)" in text


def test_a_bound_on_one_side_says_nothing_of_the_other() -> None:
    own = drug("x", {"per": "dose", "hard": {"high": "1 g"}})
    column = quantity(np.array([2.0, 0.5]), G)
    (found,) = check_amount(own, VEIN, column, "dose", {})
    assert found.code == "limit.hard.above.dose"
    assert found.rows is not None
    assert found.rows.tolist() == [True, False]


def test_a_drug_with_limits_in_two_units_is_dosed_in_either() -> None:
    own = drug(
        "x",
        {"per": "dose", "hard": {"high": "20 mg/kg"}},
        {"per": "cycle", "hard": {"high": "1000 units"}},
    )
    assert check_rate(own, VEIN, units.dose("10 mg/kg"), "dose") == []


def test_a_rate_of_another_kind_is_answered_with_the_gravest_bound_where_none_is_usual() -> None:
    own = drug("x", {"per": "dose", "hard": {"high": "20 mg/m2"}, "note": {"high": "10 mg/m2"}})
    ((_, text),) = codes_and_texts(check_rate(own, VEIN, units.dose("5 mg/kg"), "dose"))
    assert "is dosed in mg/m2 (up to 20 mg/m2)" in text


def test_a_route_without_limits_is_answered_with_the_source_of_the_first() -> None:
    own = drug(
        "x",
        {"per": "dose", "routes": [VEIN], "hard": {"high": "20 mg"}},
        {"per": "dose", "routes": ["oral"], "hard": {"high": "20 mg"}},
        {"per": "day", "routes": ["oral"], "hard": {"high": "40 mg"}},
    )
    first = Drug.model_validate(
        own.model_dump(exclude={"sources", "limits"})
        | {
            "sources": {**SOURCE, "book": {"cite": "A book", "place": "p. 1", "confirmed": True}},
            "limits": [
                limit.model_copy(update={"source": "label" if n == 0 else "book"})
                for n, limit in enumerate(own.limits)
            ],
        }
    )
    (found,) = check_rate(first, "subcutaneous", units.dose("10 mg"), "dose")
    assert (found.code, str(found.source)) == (
        "limit.unknown_route",
        "A made-up label, section 4.2",
    )
