"""The commands ``rate``, one rate as the others, and ``given``, a dose told per kg and per m2."""

from __future__ import annotations

import argparse

from commands.inputs import add_json
from commands.line import DONE, Commands, say, say_findings, say_json
from commands.patient import add_patient


def _rate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "rate", metavar="RATE", help='"5 mcg/kg/min", "50 mg/h", "125 mL/h" or "20 drops/min"'
    )
    parser.add_argument("--concentration", metavar="C", help='of what runs in: "1.6 mg/mL"')
    parser.add_argument("--weight", metavar="W", help='for a rate per kg: "70 kg"')
    parser.add_argument("--bsa", metavar="M2", help='body surface, for a rate per m2: "1.84 m2"')
    parser.add_argument(
        "--drops-per-ml", metavar="N", help="drops per mL as printed on a gravity set: 20"
    )
    add_json(parser)


def _rate(args: argparse.Namespace) -> int:
    from dosing.infusion.conversion import convert_rate
    from dosing.units import show

    forms = convert_rate(
        args.rate,
        concentration=args.concentration,
        weight=args.weight,
        bsa=args.bsa,
        drops_per_ml=args.drops_per_ml,
    )
    if args.json:
        say_json(forms.to_dict())
        return DONE
    say(f"{'pump':<7}{show(forms.pump, 5)}")
    for rate in forms.label:
        say(f"{'drug':<7}{show(rate, 5)}")
    if forms.drops is not None:
        say(f"{'set':<7}{show(forms.drops, 5)}")
    say_findings(forms.findings)
    return DONE


def _given_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("given", metavar="DOSE", help='the amount of one dose: "28 g"')
    add_patient(parser)
    parser.add_argument("--bsa", metavar="M2", help='a measured body surface: "1.84 m2"')
    parser.add_argument(
        "--surface", metavar="F", help="the formula of the surface: mosteller, du_bois ..."
    )
    add_json(parser)


def _given(args: argparse.Namespace) -> int:
    from dosing.calculation.calculate import value_and_unit
    from dosing.given import given_per_size
    from dosing.units import show

    facts = ("weight", "height", "sex", "age", "bsa")
    told = given_per_size(
        args.given,
        surface=args.surface,
        **{fact: getattr(args, fact) for fact in facts if getattr(args, fact) is not None},
    )
    if args.json:
        say_json({name: value_and_unit(value) for name, value in told.items()})
        return DONE
    for name, value in told.items():
        say(f"{name}: {show(value, 5)}")
    return DONE


COMMANDS: Commands = {"rate": (_rate_options, _rate), "given": (_given_options, _given)}
