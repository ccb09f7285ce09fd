"""What a drug file may say of its limits, products and sources, and what is found in it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dosing import units
from dosing.drugs.drug import Bounds, Drug, Limit, Product, SourceEntry
from dosing.trace import Source
from dosing.units import plain

VEIN = "intravenous infusion"


def limit(**stated: Any) -> Limit:
    return Limit.model_validate({"per": "dose", "source": "label", **stated})


def vial(**stated: Any) -> dict[str, Any]:
    fields = {"name": "vial", "form": "vial", "routes": [VEIN], "strengths": ["100 mg"]}
    return {**fields, "source": "label", **stated}


def product(**stated: Any) -> Product:
    return Product.model_validate(vial(**stated))


def ladder(**stated: Any) -> dict[str, Any]:
    fields = {"id": "first", "infusion": "first", "routes": [VEIN], "over": "1 h"}
    return {**fields, "source": "label", **stated}


def drug(**stated: Any) -> Drug:
    return Drug.model_validate(
        {
            "id": "made",
            "name": "made",
            "version": 1,
            "sources": {"label": {"cite": "A made-up label", "confirmed": True}},
            "limits": [{"per": "dose", "hard": {"high": "2 g"}, "source": "label"}],
            **stated,
        }
    )


def refused(**stated: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        drug(**stated)
    (error,) = caught.value.errors()
    return str(error["msg"]).removeprefix("Value error, ")


def test_a_source_travels_with_all_that_is_said_of_it() -> None:
    entry = SourceEntry(cite="A label", place="4.2", link="https://x.example", confirmed=False)
    assert entry.as_source() == Source(
        cite="A label", place="4.2", link="https://x.example", confirmed=False
    )
    assert drug().source("label") == Source(cite="A made-up label", confirmed=True)


# Limits


def test_bounds_need_one_end_and_show_their_unit_by_it() -> None:
    with pytest.raises(ValidationError, match="needs low, high or both"):
        Bounds()
    assert plain(Bounds.model_validate({"high": "2 g"}).any_bound) == "2 g"
    assert plain(Bounds.model_validate({"low": "1 g"}).any_bound) == "1 g"
    with pytest.raises(ValidationError, match="low 3 g is above high 2 g"):
        Bounds.model_validate({"low": "3 g", "high": "2 g"})


def test_the_levels_of_a_limit_come_the_gravest_first() -> None:
    found = limit(note={"high": "1 g"}, usual={"high": "2 g"}, hard={"high": "3 g"}).levels
    assert [(level, word, plain(bounds.any_bound)) for level, word, bounds in found] == [
        ("STOP", "hard limit", "3 g"),
        ("WARN", "usual dose", "2 g"),
        ("NOTE", "level to note", "1 g"),
    ]
    assert [level for level, _, _ in limit(usual={"high": "2 g"}).levels] == ["WARN"]


@pytest.mark.parametrize("name", ["note", "usual", "hard"])
def test_a_limit_is_in_the_unit_of_what_it_states(name: str) -> None:
    assert limit(**{name: {"high": "2 mg/kg"}}).unit == units.dose("1 mg/kg").units


def test_a_limit_shows_the_unit_of_its_hard_bounds_first_and_of_the_note_last() -> None:
    assert limit(hard={"high": "2 g"}, usual={"high": "900 mg"}).unit == units.dose("1 g").units
    assert limit(usual={"high": "2 g"}, note={"high": "900 mg"}).unit == units.dose("1 g").units


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ({}, "a limit needs note, usual or hard"),
        ({"usual": {"high": "1 g"}, "hard": {"high": "9 mg/kg"}}, "differ in kind"),
        ({"note": {"high": "1 g"}, "hard": {"high": "9 mg/kg"}}, "differ in kind"),
        ({"hard": {"high": "9 mg/kg/day"}}, 'write mg/kg and "per: day"'),
        ({"hard": {"low": "2 g"}, "usual": {"low": "1.9 g"}}, "hard low is above usual low"),
        ({"hard": {"high": "2 g"}, "usual": {"high": "2.1 g"}}, "hard high is below usual high"),
    ],
)
def test_a_limit_that_contradicts_itself_is_refused(stated: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        limit(**stated)


def test_a_usual_range_may_end_where_the_hard_one_does() -> None:
    bounds = {"low": "1000 mg", "high": "2 g"}
    assert limit(hard=bounds, usual={"low": "1 g", "high": "2000 mg"}).usual is not None
    # an end that is left out has no bound
    assert limit(hard={"high": "2 g"}, usual={"low": "1 g"}).hard is not None


def test_the_limits_for_a_route_are_its_own_and_those_for_every_route() -> None:
    stated = [
        {"per": "dose", "hard": {"high": "1 g"}, "source": "label"},
        {"per": "dose", "routes": ["oral"], "hard": {"high": "2 g"}, "source": "label"},
        {"per": "day", "routes": [VEIN], "hard": {"high": "3 g"}, "source": "label"},
    ]
    found = drug(limits=stated)
    highest = {
        route: [plain(one.levels[0][2].any_bound) for one in found.limits_for(route)]
        for route in ("oral", VEIN, "subcutaneous")
    }
    assert highest == {"oral": ["1 g", "2 g"], VEIN: ["1 g", "3 g"], "subcutaneous": ["1 g"]}
    assert found.routes == ["oral", VEIN]


def test_the_routes_of_a_drug_are_those_of_its_products_and_limits_each_once() -> None:
    stated = [{"per": "dose", "routes": [VEIN, "oral"], "hard": {"high": "2 g"}, "source": "label"}]
    assert drug(products=[vial()], limits=stated).routes == [VEIN, "oral"]


# Products


@pytest.mark.parametrize(
    ("form", "solid"),
    [("tablet", True), ("capsule", True), ("vial", False), ("ampoule", False), ("bottle", False)],
)
def test_tablets_and_capsules_are_given_in_whole_pieces(form: str, solid: bool) -> None:
    assert product(form=form).solid is solid
    assert not product(form=form).scored
    assert not product(form=form).if_named


def test_a_bottle_holds_its_volume_times_its_concentration() -> None:
    # 30 mL of 50 mg/mL are 1,500 mg
    bottle = product(form="bottle", strengths=["50 mg"], concentration="50 mg/mL", holds="30 mL")
    assert units.in_unit(bottle.content, units.MG, "content") == 1500


def test_where_no_volume_is_stated_a_product_holds_its_strength() -> None:
    assert plain(product(strengths=["100 mg", "500 mg"]).content) == "100 mg"
    assert plain(product(form="bottle", concentration="50 mg/mL").content) == "100 mg"


@pytest.mark.parametrize(
    "stated",
    [
        {"form": "bottle", "holds": "30 mL"},
        {"form": "vial", "holds": "30 mL", "concentration": "50 mg/mL"},
    ],
)
def test_only_a_bottle_that_states_its_concentration_holds_a_volume(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="is for a bottle that states its concentration"):
        product(**stated)


@pytest.mark.parametrize(
    ("field", "stated"), [("routes", {"routes": []}), ("strengths", {"strengths": []})]
)
def test_a_product_has_a_route_and_a_strength(field: str, stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        product(**stated)
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


@pytest.mark.parametrize(
    ("field", "stated"), [("version", {"version": 0}), ("limits", {"limits": []})]
)
def test_a_drug_has_a_version_from_1_and_a_limit(field: str, stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        drug(**stated)
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


def test_what_must_not_come_near_may_be_on_the_same_day() -> None:
    stated = {
        "meets": "vaccine",
        "order": "either",
        "level": "WARN",
        "text": "x",
        "source": "label",
    }
    assert drug(spacing=[{**stated, "days": 0}]).spacing[0].days == 0
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        drug(spacing=[{**stated, "days": -1}])


# Sources


def test_every_place_that_names_no_source_of_the_file_is_named_at_once() -> None:
    gone: dict[str, Any] = {"source": "gone"}
    rule = {"jurisdiction": "UK", "weight": "actual", "text": "x", **gone}
    proposed = {"when": {"age": "from 65 years"}, "propose": "50 %", "level": "NOTE", "text": "x"}
    near = {"meets": "vaccine", "order": "either", "days": 1, "level": "WARN", "text": "x"}
    answer = {"when": "always", "level": "NOTE", "text": "x"}
    hard = {"per": "dose", "hard": {"high": "2 g"}}
    said = refused(
        limits=[{**hard, "source": "label"}, {**hard, **gone}],
        products=[vial(), vial(name="other", **gone, opened={"within": "24 h", **gone})],
        adjustments=[{**proposed, **gone}],
        spacing=[{**near, **gone}],
        dosing_weight=[rule],
        dilutions=[{"product": "vial", "diluents": ["water"], **gone}],
        safety={"age": [{**answer, "source": "label"}, {**answer, "text": "y", **gone}]},
        ladders=[ladder(), ladder(id="later", most={"rate": "100 mg/h", **gone})],
        chair=[{"routes": [VEIN], "before": "30 min", **gone}],
    )
    assert said.split("; ") == [
        f"{place}: no source named 'gone'"
        for place in (
            "limits 2",
            "products 2",
            "products 2, opened",
            "adjustments 1",
            "spacing 1",
            "dosing_weight 1",
            "dilutions 1",
            "safety age 2",
            "ladders 2",
            "chair 1",
        )
    ]


# What answers and adjustments say together


def test_an_answer_that_points_at_the_adjustments_needs_one() -> None:
    whom = {"clearance": "below 30 mL/min"}
    half = {"propose": "50 %", "when": whom, "level": "WARN", "text": "Half.", "source": "label"}
    points: dict[str, Any] = {"safety": {"kidney": "see adjustments"}}
    assert drug(**points, adjustments=[half]).answers_about_the_kidney
    assert refused(**points) == "safety kidney: no adjustment answers it"
    taking = {**half, "when": None, "if_taking": ["allopurinol"]}
    assert refused(**points, adjustments=[taking]) == "safety kidney: no adjustment answers it"


def test_whether_anything_is_said_of_the_kidney() -> None:
    harms = {"when": {"clearance": "below 30 mL/min"}, "level": "WARN", "text": "It harms."}
    taking = {
        "if_taking": ["allopurinol"],
        "propose": "25 %",
        "level": "WARN",
        "text": "A quarter.",
        "source": "label",
    }
    assert drug(safety={"kidney": [{**harms, "source": "label"}]}).answers_about_the_kidney
    assert not drug(safety={"kidney": "no source found"}).answers_about_the_kidney
    assert not drug(adjustments=[taking]).answers_about_the_kidney
    assert not drug(safety={"liver": [{**harms, "source": "label"}]}).answers_about_the_kidney


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        ({"jurisdiction": "UK"}, {"jurisdiction": "EU"}, True),
        ({"jurisdiction": "UK"}, {"jurisdiction": "UK"}, False),
        (
            {"jurisdiction": "UK", "routes": ["oral"]},
            {"jurisdiction": "UK", "routes": [VEIN]},
            True,
        ),
        (
            {"jurisdiction": "UK", "routes": ["oral"]},
            {"jurisdiction": "UK", "routes": [VEIN, "oral"]},
            False,
        ),
    ],
)
def test_a_jurisdiction_has_one_weight_for_a_route(
    first: dict[str, Any], second: dict[str, Any], fits: bool
) -> None:
    rules = [{"weight": "actual", "text": "x", "source": "label", **one} for one in (first, second)]
    if fits:
        assert len(drug(dosing_weight=rules).dosing_weight) == 2
    else:
        assert refused(dosing_weight=rules) == "dosing_weight: UK appears twice"


# Ladders, dilutions and chairs


def steps(rate: str) -> dict[str, Any]:
    return {"steps": [{"rate": rate}], "over": None}


def test_a_ladder_has_a_name_of_its_own() -> None:
    said = 'ladder "first" appears twice'
    assert refused(ladders=[ladder(), ladder(), ladder(id="later")]) == said
    assert drug(ladders=[ladder(), ladder(id="later")]).ladder("later").id == "later"


@pytest.mark.parametrize(
    ("strengths", "rate", "fits"),
    [
        (["100 mg"], "50 mg/h", True),
        (["100 mg"], "50 mL/h", True),
        (["100 mg"], "50 units/h", False),
        (["100 mg", "1000 units"], "50 units/h", True),
    ],
)
def test_a_ladder_runs_in_fluid_or_in_what_its_products_are_measured_in(
    strengths: list[str], rate: str, fits: bool
) -> None:
    stated = {
        "products": [vial(strengths=[one], name=one) for one in strengths],
        "ladders": [ladder(**steps(rate))],
    }
    if fits:
        assert drug(**stated).ladders[0].rates
    else:
        said = 'ladder "first": no product is measured as its rates are'
        assert refused(**stated) == said


def test_a_ladder_without_rates_is_measured_in_nothing() -> None:
    assert drug(ladders=[ladder()]).ladder("first").rates == []


def test_a_concentration_stands_in_the_product_or_in_the_ladder_and_not_in_both() -> None:
    weak, strong = {"concentration": "50 mg/mL"}, {"concentration": "100 mg/mL"}
    of_vial = {"product": "vial"}
    own = drug(products=[vial()], ladders=[ladder(**strong, **of_vial)])
    found = own.concentration_for(own.ladders[0])
    assert found is not None
    assert plain(found) == "100 mg/mL"
    products = [vial(name="other", **strong), vial(**weak)]
    of_product = drug(products=products, ladders=[ladder(**of_vial)])
    found = of_product.concentration_for(of_product.ladders[0])
    assert found is not None
    assert plain(found) == "50 mg/mL"
    said = 'ladder "first": the product states its concentration'
    assert refused(products=products, ladders=[ladder(**strong, **of_vial)]) == said
    neither = drug(products=products, ladders=[ladder()])
    assert neither.concentration_for(neither.ladders[0]) is None


def test_a_product_has_a_name_of_its_own_by_which_a_ladder_finds_its_concentration() -> None:
    twice = [vial(concentration="10 mg/mL"), vial(concentration="50 mg/mL")]
    assert refused(products=twice, ladders=[ladder(product="vial")]) == (
        'product "vial" appears twice'
    )


def test_a_dilution_is_of_a_product_or_of_what_a_ladder_is_for() -> None:
    water = {"diluents": ["water"], "source": "label"}
    said = 'dilution: no product or ladder names "gone"'
    assert refused(dilutions=[{"product": "gone", **water}]) == said
    found = drug(
        products=[vial()],
        ladders=[ladder(product="bag"), ladder(id="later", product="vial")],
        dilutions=[{"product": "vial", **water}, {"product": "bag", **water}],
    )
    diluted = [found.dilution_for(one) for one in found.ladders]
    assert [one.product for one in diluted if one is not None] == ["bag", "vial"]
    assert found.dilution_for(drug(ladders=[ladder(product="other")]).ladders[0]) is None


def test_a_route_has_one_chair_time() -> None:
    stays = [
        {"routes": [VEIN], "before": "30 min", "source": "label"},
        {"routes": ["subcutaneous", "oral"], "after": "1 h", "source": "label"},
    ]
    found = drug(chair=stays)
    assert found.chair_for("oral") == found.chair[1]
    assert found.chair_for("intramuscular") is None
    assert refused(chair=[*stays, {**stays[0], "before": "1 h"}]) == (
        f'chair: route "{VEIN}" appears twice'
    )


def test_all_that_is_wrong_with_ladders_and_chairs_is_said_at_once() -> None:
    stays = [{"routes": [VEIN, VEIN], "before": "30 min", "source": "label"}]
    water = {"product": "gone", "diluents": ["water"], "source": "label"}
    assert refused(dilutions=[water], chair=stays) == (
        f'dilution: no product or ladder names "gone"; chair: route "{VEIN}" appears twice'
    )
