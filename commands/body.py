"""The command ``body``: every body measure and kidney function of a patient, by every formula."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from commands.columns import TextColumn, say_table
from commands.inputs import add_json, add_several
from commands.line import DONE, STOPPED, Commands, say, say_findings, say_json
from commands.patient import add_patient

if TYPE_CHECKING:  # brings pint, which takes longer to import than a help takes to print
    from dosing.sizes import BodyMeasures
    from dosing.units import Quantity


def _body_options(parser: argparse.ArgumentParser) -> None:
    add_patient(parser)
    parser.add_argument(
        "--creatinine", metavar="C", help='serum creatinine: "80 umol/L" or "0.9 mg/dL"'
    )
    parser.add_argument("--cystatin-c", metavar="C", help='cystatin C in serum: "1.05 mg/L"')
    add_several(parser, "--amputation", "PART", 'a part that was lost: "below knee left"')
    parser.add_argument("--hematocrit", metavar="X", help="as a fraction: 0.42")
    parser.add_argument(
        "--target-bmi", metavar="B", help='also the weight of this body-mass index: "22 kg/m2"'
    )
    add_json(parser)


def _body(args: argparse.Namespace) -> int:
    from dosing.calculation.calculate import value_and_unit
    from dosing.sizes import body_measures
    from dosing.trace import stops
    from dosing.units import show

    measures = body_measures(
        weight=args.weight,
        height=args.height,
        sex=args.sex,
        age=args.age,
        creatinine=args.creatinine,
        cystatin_c=args.cystatin_c,
        amputations=args.amputation,
        hematocrit=args.hematocrit,
    )
    target = _weight_of_target(args)
    stopped = bool(stops(measures.findings))
    if args.json:
        more = {} if target is None else {"weight_of_target_bmi": value_and_unit(target)}
        say_json(measures.to_dict() | more)
    else:
        if not stopped:
            _say_measures(measures)
        if target is not None:
            say(f"The weight of {args.target_bmi} at this height: {show(target, 5)}")
        say_findings(measures.findings)
    return STOPPED if stopped else DONE


def _weight_of_target(args: argparse.Namespace) -> Quantity | None:
    from dosing import units
    from dosing.formulas.body import weight_of_bmi

    if args.target_bmi is None:
        return None
    index = units.read("body-mass index", args.target_bmi, field="target-bmi")
    return weight_of_bmi(bmi=index, height=units.height(args.height))


def _say_measures(measures: BodyMeasures) -> None:
    from dosing.sizes import USUAL_FRACTION
    from dosing.units import show

    rows = []
    for group, sizes in measures.in_order():
        title = group.replace("_", " ")
        if group == "adjusted_weight":
            title += f" (fraction {USUAL_FRACTION})"
        for name, value in sizes.items():
            rows.append((title, name.replace("_", " "), show(value, 5)))
            title = ""
    columns = (
        TextColumn("Measure", whole=True),
        TextColumn("Formula"),
        TextColumn("Value", whole=True),
    )
    say_table(columns, rows, (f"{title:<30} {name:<18} {value}" for title, name, value in rows))


COMMANDS: Commands = {"body": (_body_options, _body)}
