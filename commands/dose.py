"""The command ``dose``: one dose by weight, by surface or flat."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from commands.inputs import add_json, add_several, library_folder, offer
from commands.line import Commands
from commands.patient import add_patient, choose, read_if_given, read_needed, read_patient
from dosing.errors import Problems
from dosing.names import IDEAL_WEIGHT_FORMULAS, ROUNDING_RULES, SURFACE_FORMULAS

if TYPE_CHECKING:  # brings pint, which takes longer to import than a help takes to print
    from dosing.calculation.rule import DoseRule, Rounding
    from dosing.drugs.drug import Drug
    from dosing.patient import Patient
    from dosing.units import Quantity
    from schedules.knowledge.site import SiteSurface


def _dose_options(parser: argparse.ArgumentParser) -> None:
    drug = parser.add_argument(
        "--drug", metavar="ID", help="whose limits the dose is held to: rituximab"
    )
    offer(drug, lambda args: (file.stem for file in library_folder(args).glob("drugs/*.yaml")))
    parser.add_argument(
        "--route", metavar="R", help="by which it is given, where the drug has several: oral"
    )
    parser.add_argument(
        "--rate", metavar="R", help='"0.4 g/kg", "375 mg/m2", "15 mg/kg/day" or "600 mg"'
    )
    add_patient(parser)
    for option, metavar, text in (
        ("basis", "B", "which weight a rate per kg goes by: actual, ideal, adjusted or lean"),
        ("ideal", "F", f"ideal weight formula: {', '.join(IDEAL_WEIGHT_FORMULAS)}"),
        ("fraction", "X", "share of the excess in the adjusted weight: 0.4"),
        (
            "surface",
            "F",
            f"surface formula, if not as site.yaml has it: {', '.join(SURFACE_FORMULAS)}",
        ),
        ("bsa", "M2", 'a body surface measured elsewhere: "1.84 m2"'),
        ("doses-a-day", "N", "how many doses a daily rate is divided into"),
        ("cap", "C", 'the most that one dose may be: "1200 mg"'),
        ("round-to", "Q", 'the step to round to: "5 g"'),
        ("rounding", "RULE", " | ".join(ROUNDING_RULES)),
    ):
        parser.add_argument(f"--{option}", metavar=metavar, help=text)
    add_several(parser, "--amputation", "PART", 'a part that was lost: "below knee left"')
    parser.add_argument(
        "--size-confirmed",
        action="store_true",
        help="confirms that weight and height of a rare size were measured again",
    )
    add_json(parser)


def _dose(args: argparse.Namespace) -> int:
    from commands.dose_text import say_dose
    from dosing import units
    from dosing.calculation.alone import HELD_TO_NOTHING, calculate_alone

    problems = Problems()
    drug, route = _read_drug(problems, args)
    rate = read_needed(problems, units.dose, args.rate, "rate", '"0.4 g/kg" or "375 mg/m2"')
    patient = read_patient(problems, args)
    of_site = None if rate is None else _surface_of_site(args, rate, patient)
    rule = None if rate is None else _read_rule(problems, args, rate, patient, of_site)
    dose = calculate_alone(problems.settled(rule), patient, drug=drug, route=route)
    if of_site is not None:
        dose = dataclasses.replace(dose, findings=(*dose.findings, of_site.as_finding()))
    held_to = HELD_TO_NOTHING if drug is None else f"{drug.name}, {route}"
    return say_dose(dose, as_json=args.json, held_to=held_to)


def _read_drug(problems: Problems, args: argparse.Namespace) -> tuple[Drug | None, str]:
    """Return the drug that is named, and its route: the stated one, or the only one it has."""
    if args.drug is None:
        if args.route is not None:
            why = "is not used: no drug is named"
            problems.add("route", args.route, why=why, accepted="name it by --drug")
        return None, ""
    from dosing.calculation.alone import route_of
    from schedules.library.reader import read_drug

    drug = problems.reading(read_drug, library_folder(args), args.drug)
    route = None if drug is None else problems.reading(route_of, drug, args.route)
    return drug, route or ""


def _surface_of_site(
    args: argparse.Namespace, rate: Quantity, patient: Patient
) -> SiteSurface | None:
    """Return the formula that site.yaml states, where a dose needs one and nobody chose any."""
    from dosing.units import M2, parts

    if args.surface is not None or patient.surface is not None or parts(rate.units).body != M2:
        return None
    from schedules.library.reader import read_site

    return read_site(library_folder(args)).surface_formula


def _read_rule(
    problems: Problems,
    args: argparse.Namespace,
    rate: Quantity,
    patient: Patient,
    of_site: SiteSurface | None,
) -> DoseRule:
    from dosing import units
    from dosing.calculation.alone import refuse_unused
    from dosing.calculation.basis import stated_basis
    from dosing.calculation.rule import DoseRule
    from dosing.numbers import read_count, read_fraction

    basis = problems.reading(stated_basis, args.basis, rate, patient)
    fields = ("basis", "ideal", "fraction", "surface", "doses_a_day")
    refuse_unused(problems, rate, {field: getattr(args, field) for field in fields})
    return DoseRule(
        rate=rate,
        weight_basis=basis,
        basis_stated=args.basis is not None,
        ideal=choose(problems, "ideal", args.ideal, IDEAL_WEIGHT_FORMULAS),
        fraction=read_if_given(problems, read_fraction, args.fraction, "fraction"),
        surface=choose(problems, "surface", args.surface, SURFACE_FORMULAS)
        if of_site is None
        else of_site.formula,
        doses_a_day=read_if_given(problems, read_count, args.doses_a_day, "doses a day"),
        cap=read_if_given(problems, units.amount, args.cap, "cap"),
        rounding=_read_rounding(problems, args),
    )


def _read_rounding(problems: Problems, args: argparse.Namespace) -> Rounding | None:
    from dosing import units
    from dosing.calculation.rule import Rounding

    if args.round_to is None and args.rounding is None:
        return None
    step = read_needed(problems, units.amount, args.round_to, "round-to", '"5 g"')
    if args.rounding is None:
        problems.add("rounding", "", why="is missing", write=", ".join(ROUNDING_RULES))
    rule = choose(problems, "rounding", args.rounding, ROUNDING_RULES)
    return None if step is None or rule is None else Rounding(step=step, rule=rule)


COMMANDS: Commands = {"dose": (_dose_options, _dose)}
