"""What a pharmacy prepares for a course, counted by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import pypdf
import pytest
from icalendar import Calendar

from dosing.calculation.packs import vials
from dosing.drugs.drug import Drug
from dosing.errors import InputError
from dosing.units import ACTIVITY_UNIT, NO_BREAK_SPACE, amount, quantity, show
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.site import Pharmacy, Site
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.paper.chart import print_chart
from schedules.outputs.table import dispensing_rows, rows
from schedules.review.dispensing import Dispensing, dispensing, packs_for, stocked
from tests.support.made_up import SOURCE, VEIN, spoken
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    THIOCTIC,
    course_of,
    example_of,
    library,
    man,
    planned,
    shelved,
)


def drug(*products: dict[str, Any], name: str = "made-up") -> Drug:
    return Drug.model_validate(
        {
            "id": name,
            "name": name,
            "version": 1,
            "sources": SOURCE,
            "products": [{"source": "label", **product} for product in products],
            "limits": [{"per": "dose", "hard": {"high": "5 g"}, "source": "label"}],
        }
    )


def product(name: str, *strengths: str, form: str = "tablet", **more: Any) -> dict[str, Any]:
    routes = ["oral"] if form in ("tablet", "capsule", "bottle") else [VEIN]
    return {"name": name, "form": form, "routes": routes, "strengths": list(strengths), **more}


EU = product("tablet (EU)", "50 mg", jurisdiction="EU")
US = product("tablet (US)", "25 mg", "50 mg", jurisdiction="US")
EVERYWHERE = product("capsule", "10 mg", form="capsule")


def site_of(jurisdiction: list[str], **pharmacy: Any) -> Site:
    stated = {"pharmacy": Pharmacy.model_validate(pharmacy), "jurisdiction": jurisdiction}
    return planned(RITUXIMAB).site.model_copy(update=stated)


def with_pharmacy(
    regimen: str,
    drugs: dict[str, Drug] | None = None,
    jurisdiction: Sequence[str] = (),
    **stated: Any,
) -> Course:
    plan = planned(regimen)
    site = site_of(list(jurisdiction), **stated)
    found = work_out(plan.model_copy(update={"site": site}), library())
    return dataclasses.replace(found, drugs={**found.drugs, **(drugs or {})})


def counted(found: Dispensing) -> dict[str, tuple[int, float, float]]:
    return {
        f"{row.product} {float(row.strength.magnitude):g}": (
            row.count,
            float(row.total.magnitude),
            float(row.waste.magnitude),
        )
        for row in found.rows
    }


def test_a_course_is_dispensed_by_strength() -> None:
    # 700 mg four times: 500 + 100 + 100 mg each
    assert counted(dispensing(course_of(RITUXIMAB))) == {
        "concentrate for infusion 500": (4, 2000, 0),
        "concentrate for infusion 100": (8, 800, 0),
    }


def test_what_is_left_over_is_counted() -> None:
    # 1,850 mg six times out of 2,000 mg: 150 mg are left over each time
    found = dispensing(course_of(CYCLOPHOSPHAMIDE))
    assert counted(found) == {"powder for solution 2000": (6, 12000, 900)}
    assert [spoken(str(entry.packs)) for entry in found.prepared] == [
        "2,000 mg x 1, waste 150 mg"
    ] * 6


def test_what_is_dispensed_is_what_is_given_and_what_is_left_over() -> None:
    for name in (RITUXIMAB, CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, THIOCTIC):
        found = course_of(name)
        given = sum(float(total.course.magnitude) for total in found.totals)
        rows = dispensing(found).rows
        held = sum(float(row.total.magnitude) for row in rows)
        assert held == given + sum(float(row.waste.magnitude) for row in rows)


def test_ampoules_and_tablets_of_one_drug_are_counted_apart() -> None:
    # 10 days by vein, then a month by mouth from 10 December on: 31 days
    assert counted(dispensing(course_of(THIOCTIC))) == {
        "concentrate or ready solution 600": (10, 6000, 0),
        "tablet 600": (31, 18600, 0),
    }


def test_two_halves_of_a_tablet_are_one_tablet() -> None:
    # 600 mg out of scored 400 mg: 31 whole and 31 halves, 46 and a half: half of one is left over
    scored = drug(
        product("ampoule", "600 mg", form="ampoule"),
        product("tablet", "400 mg", scored=True),
        name="thioctic-acid",
    )
    found = dispensing(with_pharmacy(THIOCTIC, {"thioctic-acid": scored}))
    assert counted(found)["tablet 400"] == (47, 18800, 200)
    assert spoken(str(found.prepared[-1].packs)) == "400 mg x 1 + half of 400 mg x 1, no waste"


def test_a_dose_that_the_tablets_cannot_make_is_said_and_not_counted() -> None:
    odd = drug(
        product("ampoule", "600 mg", form="ampoule"),
        product("tablet", "250 mg"),
        name="thioctic-acid",
    )
    found = dispensing(with_pharmacy(THIOCTIC, {"thioctic-acid": odd}))
    assert list(counted(found)) == ["ampoule 600"]
    assert [spoken(note) for note in found.notes] == [
        "thioctic acid 600 mg: not counted; cannot be made of these tablets (tablet); "
        "the nearest are 500 mg or 750 mg."
    ]


def test_vials_are_not_shared_unless_somebody_said_for_how_long() -> None:
    assert all(len(entry.rows) == 1 for entry in dispensing(course_of(CYCLOPHOSPHAMIDE)).prepared)


@pytest.mark.hazard("H45")
@pytest.mark.parametrize(
    ("shared", "groups", "counts"),
    [
        # six times 1,850 mg are 11,100 mg, out of 11,500 mg
        ("140 days", [6], {"2000": (5, 10000), "1000": (1, 1000), "500": (1, 500)}),
        # five are 9,250 mg, out of 9,500 mg; the sixth has its own 2,000 mg
        ("139 days", [5, 1], {"2000": (5, 10000), "1000": (1, 1000), "500": (1, 500)}),
        ("27 days", [1] * 6, {"2000": (6, 12000)}),
        # 30-Nov to 19-Apr is 140 days of 24 hours less the hour of 28 March
        ("3359 h", [6], {"2000": (5, 10000), "1000": (1, 1000), "500": (1, 500)}),
        ("3358 h", [5, 1], {"2000": (5, 10000), "1000": (1, 1000), "500": (1, 500)}),
    ],
)
def test_vials_are_shared_within_the_stated_time_from_the_first_dose(
    shared: str, groups: list[int], counts: dict[str, tuple[int, float]]
) -> None:
    found = dispensing(with_pharmacy(CYCLOPHOSPHAMIDE, share_vials={"cyclophosphamide": shared}))
    assert [len(entry.rows) for entry in found.prepared] == groups
    assert {name.split()[-1]: value[:2] for name, value in counted(found).items()} == counts
    given, held = 11_100, sum(total for _, total in counts.values())
    assert sum(waste for _, _, waste in counted(found).values()) == held - given


@pytest.mark.parametrize(
    ("opened", "groups"),
    [(None, [1] * 6), ({"within": "140 days", "source": "label"}, [6])],
)
def test_the_drug_files_own_time_counts_only_where_it_is_stated(
    opened: dict[str, str] | None, groups: list[int]
) -> None:
    stated = {"opened": opened} if opened else {}
    vial = product("powder", "500 mg", "1000 mg", "2000 mg", form="vial", **stated)
    found = with_pharmacy(
        CYCLOPHOSPHAMIDE,
        {"cyclophosphamide": drug(vial, name="cyclophosphamide")},
        share_vials={"cyclophosphamide": "drug file"},
    )
    assert [len(entry.rows) for entry in dispensing(found).prepared] == groups


def test_a_share_time_that_is_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="or drug file"):
        Pharmacy.model_validate({"share_vials": {"rituximab": "overnight"}})


@pytest.mark.hazard("H46")
@pytest.mark.parametrize(
    ("places", "products", "chosen", "others"),
    [
        # nothing stated: the first jurisdiction of the file, and the other is named
        ([], {}, ["tablet (EU)", "capsule"], ["tablet (US)"]),
        (["US"], {}, ["tablet (US)", "capsule"], []),
        (["EU"], {}, ["tablet (EU)", "capsule"], []),
        # of two that the site follows, the first that there is
        (["UK", "EU"], {}, ["tablet (EU)", "capsule"], []),
        (["US", "EU"], {}, ["tablet (US)", "capsule"], ["tablet (EU)"]),
        (["UK"], {}, ["capsule"], []),
        (["EU"], {"made-up": ["tablet (US)"]}, ["tablet (US)"], []),
        ([], {"other": ["tablet (US)"]}, ["tablet (EU)", "capsule"], ["tablet (US)"]),
    ],
)
def test_strengths_of_two_jurisdictions_are_never_mixed(
    places: list[str], products: dict[str, list[str]], chosen: list[str], others: list[str]
) -> None:
    stock = stocked(drug(EU, US, EVERYWHERE), "oral", site_of(places, products=products))
    assert stock is not None
    assert [entry.name for entry in stock.products] == chosen
    assert list(stock.instead_of) == others


@pytest.mark.parametrize(
    ("products", "chosen"),
    [
        ({}, ["Privigen (EU)"]),
        ({"immunoglobulin": ["Flebogamma DIF 5 %"]}, ["Flebogamma DIF 5 %"]),
        (
            {"immunoglobulin": ["Privigen (EU)", "Intratect 10 %"]},
            ["Privigen (EU)", "Intratect 10 %"],
        ),
    ],
)
def test_another_make_is_counted_only_where_the_site_names_it(
    products: dict[str, list[str]], chosen: list[str]
) -> None:
    stock = stocked(
        library().drugs["immunoglobulin"], VEIN, site_of(["UK", "EU"], products=products)
    )
    assert stock is not None
    assert [entry.name for entry in stock.products] == chosen
    assert not stock.instead_of


def test_a_child_has_the_vials_of_half_a_gram_that_the_site_stocks() -> None:
    # 4.5 g are 2.5 + 4 x 0.5 g of Flebogamma; of Privigen, from 2.5 g up, 5 g with 0.5 g wasted.
    immunoglobulin = library().drugs["immunoglobulin"]
    needed = {"Flebogamma DIF 5 %": "2.5 g x 1 + 0.5 g x 4, no waste", "": "5 g x 1, waste 0.5 g"}
    for name, packs in needed.items():
        named = site_of(["EU"], products={"immunoglobulin": [name]})
        stock = stocked(immunoglobulin, VEIN, named)
        assert stock is not None
        made = vials(amount("4.5 g", "dose"), stock.products[0].strengths)
        assert spoken(str(made)) == packs


def test_where_nothing_of_the_jurisdiction_is_known_nothing_is_counted() -> None:
    vials = drug(product("vial (US)", "500 mg", form="vial", jurisdiction="US"), name="rituximab")
    found = dispensing(with_pharmacy(RITUXIMAB, {"rituximab": vials}, jurisdiction=["EU"]))
    assert found.rows == ()
    assert found.notes == (
        "rituximab, intravenous infusion: no product of this jurisdiction is known; "
        "known are vial (US).",
    )


def test_which_product_was_used_is_said_where_several_remain() -> None:
    both = drug(
        product("vial (EU)", "700 mg", form="vial", jurisdiction="EU"),
        product("vial (US)", "100 mg", form="vial", jurisdiction="US"),
        name="rituximab",
    )
    found = dispensing(with_pharmacy(RITUXIMAB, {"rituximab": both}))
    assert counted(found) == {"vial (EU) 700": (4, 2800, 0)}
    assert found.notes == (
        "rituximab, intravenous infusion: counted with vial (EU); there is also vial (US), and "
        "site.yaml names none of them.",
    )


def test_a_liquid_is_not_counted_in_packs() -> None:
    liquid = drug(product("syrup", "1 mg", form="bottle"))
    assert stocked(liquid, "oral", site_of([])) is None


def test_tablets_of_another_kind_of_strength_make_no_dose() -> None:
    stock = stocked(drug(product("tablet", "5000 units")), "oral", site_of([]))
    assert stock is not None
    with pytest.raises(InputError):
        packs_for([course_of(THIOCTIC).rows[-1]], stock)


def test_the_table_says_product_strength_count_total_and_waste() -> None:
    rows = dispensing_rows(course_of(CYCLOPHOSPHAMIDE))
    assert [{key: spoken(str(value)) for key, value in row.items()} for row in rows] == [
        {
            "drug": "cyclophosphamide",
            "product": "powder for solution",
            "form": "vial",
            "strength_text": "2,000 mg",
            "count": "6",
            "total_text": "12,000 mg",
            "waste_text": "900 mg",
            "condition": "",
            "strength_mg": "2000.0",
            "total_mg": "12000.0",
            "waste_mg": "900.0",
        }
    ]


@pytest.mark.parametrize(
    ("name", "who", "said"),
    [
        (RITUXIMAB, {}, "500 mg x 1 + 100 mg x 2, no waste"),
        # 1850 mg out of 500, 1000 and 2000 mg: 2000 mg, 150 mg left over.
        (CYCLOPHOSPHAMIDE, {}, "2,000 mg x 1, waste 150 mg"),
        (IMMUNOGLOBULIN, {}, "20 g x 1 + 10 g x 1, no waste"),
        (THIOCTIC, {}, "600 mg x 1, no waste"),
    ],
)
def test_the_vials_of_a_dose_are_the_fewest_with_the_least_waste(
    name: str, who: dict[str, str], said: str
) -> None:
    first = dispensing(course_of(name, who=man(**who))).prepared[0]
    assert str(first.packs).replace(NO_BREAK_SPACE, " ") == said


@pytest.mark.hazard("H110")
def test_what_goes_into_several_glands_at_one_visit_is_drawn_from_one_vial() -> None:
    # parotid 30 + 30 and submandibular 20 + 20 are 100 units a visit: four visits, four vials
    found = dispensing(example_of("sialorrhoea-incobotulinumtoxina"))
    assert counted(found) == {"powder 100": (4, 400, 0)}
    assert [len(one.rows) for one in found.prepared] == [4, 4, 4, 4]


def test_both_sides_of_a_block_are_drawn_up_together_each_drug_for_itself() -> None:
    # left and right: bupivacaine, lidocaine and methylprednisolone, each once for the visit
    course = example_of("greater-occipital-block")
    found = dispensing(course)
    assert len(course.rows) == 6
    assert [len(one.rows) for one in found.prepared] == [2, 2, 2]
    assert [row.site for row in course.rows if row.drug == "methylprednisolone-acetate"] == [
        "left",
        "right",
    ]


def test_xeomin_in_vials_of_50_takes_two_for_a_visit_and_leaves_nothing() -> None:
    # 100 units are 2 x 50; each gland alone would take 4 vials and leave 100 units
    course = example_of("sialorrhoea-incobotulinumtoxina")
    stock = stocked(course.drugs["incobotulinumtoxina"], "intraglandular", course.plan.site)
    assert stock is not None
    small = stock.products[0].model_copy(update={"strengths": [quantity(50.0, ACTIVITY_UNIT)]})
    packs = packs_for(course.rows[:4], dataclasses.replace(stock, products=(small,)))
    assert str(packs).replace(NO_BREAK_SPACE, " ") == "50 units x 2, no waste"


def test_each_gland_of_a_visit_can_be_told_from_the_others() -> None:
    course = example_of("sialorrhoea-incobotulinumtoxina")
    glands = ["left parotid", "left submandibular", "right parotid", "right submandibular"]
    assert [row["site"] for row in rows(course)][:4] == glands
    titles = [str(one["summary"]) for one in Calendar.from_ical(to_ics(course)).walk("VEVENT")]
    assert all(sum(gland in title for title in titles) == 4 for gland in glands)
    assert len({row.name for row in course.rows}) == 4
    paper = print_chart(course, printed_at=dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC))
    text = " ".join(pypdf.PdfReader(io.BytesIO(paper)).pages[-1].extract_text().split())
    assert all(gland in text for gland in glands)


def test_bottles_are_counted_from_their_size_and_for_as_long_as_one_keeps() -> None:
    # 64 doses of 105 mg are 6,720 mg; 50 mL of 21 mg/mL are 1,050 mg: 6.4 bottles.
    (bottle,) = dispensing(example_of("edaravone-oral")).rows
    assert (bottle.form, bottle.count) == ("bottle", 7)
    assert (spoken(show(bottle.strength)), spoken(show(bottle.waste))) == ("1,050 mg", "630 mg")
    # 0.6 mg a day for 100 days are 60 mg, as much as a bottle holds, which keeps 64 days only.
    plan = example_of("risdiplam").plan.model_copy(update={"choices": {"planned": "100 days"}})
    (two,) = dispensing(work_out(plan, shelved("risdiplam"))).rows
    assert (two.count, spoken(show(two.waste))) == (2, "60 mg")


def test_a_bottle_of_no_stated_size_is_not_counted() -> None:
    found = dispensing(example_of("vamorolone-uk"))
    assert found.rows == ()
    assert found.notes == (
        "vamorolone, oral: the drug file names no vial, ampoule, tablet, capsule or bottle of a "
        "stated size to count.",
    )
