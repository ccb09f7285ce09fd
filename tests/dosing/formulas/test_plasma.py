"""The volume of the plasma by four formulas, and what an exchange of it removes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from dosing.errors import InputError
from dosing.formulas import plasma
from dosing.units import CM, KG, L, Quantity, in_unit, quantity

MAN: dict[str, Any] = {
    "weight": quantity(70.0, KG),
    "height": quantity(175.0, CM),
    "sex": "male",
    "hematocrit": 0.42,
}
WOMAN: dict[str, Any] = {
    "weight": quantity(60.0, KG),
    "height": quantity(160.0, CM),
    "sex": "female",
    "hematocrit": 0.38,
}


@pytest.mark.parametrize(
    ("name", "who", "litres"),
    [
        ("kaplan", MAN, 2.639),  # 0.065 x 70 x 0.58
        ("kaplan", WOMAN, 2.418),  # 0.065 x 60 x 0.62
        ("seventy", MAN, 2.842),  # 0.07 x 70 x 0.58
        ("seventy", WOMAN, 2.604),  # 0.07 x 60 x 0.62
        ("forty", MAN, 2.8),  # 0.04 x 70
        ("forty", WOMAN, 2.4),  # 0.04 x 60
        # (0.3669 x 1.75^3 + 0.03219 x 70 + 0.6041) x 0.58
        ("nadler", MAN, 2.79777771875),
        # (0.3561 x 1.6^3 + 0.03308 x 60 + 0.1833) x 0.62
        ("nadler", WOMAN, 2.248545072),
    ],
)
def test_the_plasma_volume_is_its_equation_written_out(
    name: str, who: dict[str, Any], litres: float
) -> None:
    volume = plasma.PLASMA_VOLUME[name](**who)
    assert in_unit(volume, L, "volume") == pytest.approx(litres, rel=1e-12)


def test_only_the_equation_by_kaplan_was_not_seen_in_its_source() -> None:
    formulas = plasma.PLASMA_VOLUME.values()
    assert [one.name for one in formulas if not one.source.confirmed] == ["kaplan"]


@pytest.mark.parametrize(
    ("volumes", "share"),
    # e = 2.718281828459045; its powers of -1 and -1.5 are 0.36787944117144 and 0.22313016014843
    [(1, 1 - 0.36787944117144233), (1.5, 1 - 0.22313016014842982), (0.5, 1 - 0.6065306597126334)],
)
def test_an_exchange_removes_all_but_a_power_of_e(volumes: float, share: float) -> None:
    assert plasma.removed_by_exchange(volumes=volumes) == pytest.approx(share, rel=1e-12)


@pytest.mark.parametrize("volumes", [0, -1, math.inf, math.nan, "1.5", None])
def test_an_exchange_is_a_number_of_plasma_volumes_above_zero(volumes: Any) -> None:
    with pytest.raises(InputError, match=r"volumes.*is not a number above zero; write 1 or 1\.5"):
        plasma.removed_by_exchange(volumes=volumes)


def litres(**volumes: Any) -> dict[str, Quantity]:
    return {name: quantity(volume, L) for name, volume in volumes.items()}


@pytest.mark.parametrize(
    ("kaplan", "percent"),
    # of 2 L by Nadler
    [(2.302, "+15.1 %"), (1.698, "-15.1 %"), (2.298, None), (1.702, None), (2.3, None)],
)
def test_volumes_more_than_15_percent_apart_are_told(kaplan: float, percent: str | None) -> None:
    found = plasma.plasma_volumes_differ(litres(kaplan=kaplan, nadler=2.0))
    assert [(one.level, one.code) for one in found] == (
        [("WARN", "plasma.volumes_differ")] if percent else []
    )
    assert all(f"({percent})" in one.text.replace("\u00a0", " ") for one in found)


def test_volumes_far_apart_are_told_to_the_millilitre() -> None:
    # 2.89536 by 2.425792 is 1.19357
    (found,) = plasma.plasma_volumes_differ(litres(kaplan=2.89536, nadler=2.425792, forty=3.0))
    assert found.text.replace("\u00a0", " ") == (
        "The plasma volumes by Kaplan 2.895 L and Nadler 2.426 L (+19.4 %) differ by more than "
        "15 %: Kaplan overestimates in obesity. Choose one by name."
    )


def test_a_column_of_volumes_tells_the_rows_that_are_far_apart() -> None:
    kaplan, nadler = np.array([2.2, 2.4, 1.6]), np.array([2.0, 2.0, 2.0])
    (found,) = plasma.plasma_volumes_differ(litres(kaplan=kaplan, nadler=nadler))
    assert found.text.startswith("The plasma volumes by Kaplan and Nadler differ by more than 15")
    assert found.rows is not None
    assert found.rows.tolist() == [False, True, True]


@pytest.mark.parametrize("alone", ["kaplan", "nadler"])
def test_one_plasma_volume_alone_differs_from_none(alone: str) -> None:
    assert plasma.plasma_volumes_differ(litres(**{alone: 5.0}, forty=2.0)) == ()
