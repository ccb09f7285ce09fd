"""Which dose rates of regimens are offered for a drug: one for everybody, in use, and of here."""

from __future__ import annotations

from typing import Any

import pytest

from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.stated_rates import rate_in, stated_rates
from tests.support.planning import whole_library


def library_with(regimen: Regimen) -> Library:
    whole = whole_library()
    return whole.with_only(regimen, whole.site)


def weekly(**more: Any) -> Regimen:
    return whole_library().regimen("rituximab-weekly").model_copy(update=more)


def offered(regimen: Regimen, drug: str = "rituximab") -> list[str]:
    library = library_with(regimen)
    return [one.rate for one in stated_rates(library, library.drug(drug))]


def test_a_rate_says_whose_it_is_and_where_it_is_from() -> None:
    (stated,) = stated_rates(library_with(weekly()), whole_library().drug("rituximab"))
    assert (stated.rate, stated.route) == ("375 mg/m2", "intravenous infusion")
    assert stated.whose == "rituximab-weekly (under review)"
    # the source of the dose in the file
    assert str(stated.source) == "MabThera, EU product information, posology"


@pytest.mark.parametrize("status", ["superseded", "discontinued"])
def test_a_regimen_that_is_no_longer_used_offers_none(status: str) -> None:
    assert offered(weekly()) == ["375 mg/m2"]
    assert offered(weekly(status=status)) == []


def test_a_regimen_of_another_place_offers_none() -> None:
    # The site of these tests is of the UK and the EU.
    assert offered(weekly(jurisdiction="EU")) == ["375 mg/m2"]
    assert offered(weekly(jurisdiction="US")) == []


@pytest.mark.parametrize(
    ("regimen", "drug"),
    [
        # steps of a ladder, doses by the weight, a taper, a share of another drug's, by plasma
        ("gabapentin-ladder", "gabapentin"),
        ("zidovudine-weight-bands", "zidovudine"),
        ("prednisolone-alternate-days", "prednisolone"),
        ("cyclophosphamide-monthly-mesna", "mesna"),
        ("plasma-exchange-5-weekdays", "human-albumin"),
        # companions, which go with it where somebody says so, and a drug that is not in it
        ("rituximab-weekly", "methylprednisolone"),
        ("rituximab-weekly", "thiamine"),
    ],
)
def test_a_rate_that_is_not_the_only_one_for_everybody_is_none(regimen: str, drug: str) -> None:
    assert rate_in(whole_library().regimen(regimen), drug) is None


def test_equal_rates_are_offered_once() -> None:
    library = whole_library()
    rates = [(one.route, one.rate) for one in stated_rates(library, library.drug("immunoglobulin"))]
    assert len(rates) == len(set(rates)) > 1
