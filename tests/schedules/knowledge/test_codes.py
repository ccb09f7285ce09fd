from __future__ import annotations

import re

import pytest
import ucumvert

from dosing.units import KINDS, spelling
from schedules.knowledge.codes import ROUTE_CODES, atc_codes, ucum
from tests.support.planning import whole_library


def test_every_drug_file_has_a_code_and_no_code_is_of_another() -> None:
    assert set(atc_codes()) == set(whole_library().drugs)


@pytest.mark.parametrize(
    ("drug", "code", "name"),
    [
        # ATC/DDD index, 25 April 2026: a substance, a group for a combination, another name.
        ("rituximab", "L01FA01", "rituximab"),
        (
            "vitamin-b1-b6-b12-ampoule",
            "A11DB",
            "Vitamin B1 in combination with vitamin B6 and/or vitamin B12",
        ),
        ("co-trimoxazole", "J01EE01", "sulfamethoxazole and trimethoprim"),
    ],
)
def test_a_code_is_that_of_the_index(drug: str, code: str, name: str) -> None:
    assert atc_codes()[drug] == (code, name)
    assert all(re.fullmatch(r"[A-Z]\d\d[A-Z]{2}(\d\d)?", one) for one, _ in atc_codes().values())


def test_the_code_of_every_unit_of_a_dose_or_rate_is_ucum() -> None:
    parser = ucumvert.get_ucum_parser()
    kinds = (KINDS["dose"], KINDS["infusion rate"])
    spelled = {spelling(unit) for kind in kinds for unit in kind.spellings.values()}
    assert len(spelled) > 20
    for unit in spelled:
        parser.parse(ucum(unit))


def test_the_routes_of_a_hospital_that_have_codes_are_routes_of_the_library() -> None:
    routes = {
        medicine.route
        for regimen in whole_library().regimens.values()
        for phase in regimen.phases
        for medicine in phase.medicines
    }
    assert set(ROUTE_CODES) <= routes
