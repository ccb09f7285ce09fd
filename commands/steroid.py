"""The command ``steroid``: what an amount of one corticosteroid equals in another."""

from __future__ import annotations

import argparse

from commands.inputs import add_json
from commands.line import DONE, Commands, say, say_findings, say_json
from commands.patient import choose, read_needed
from dosing.errors import Problems
from dosing.names import CORTICOSTEROIDS


def _steroid_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="amount",
        metavar="DRUG AMOUNT",
        help='what is converted: "methylprednisolone 70 mg"',
    )
    parser.add_argument("--to", metavar="DRUG", help=" | ".join(CORTICOSTEROIDS))
    add_json(parser)


def _steroid(args: argparse.Namespace) -> int:
    from commands.dose_text import amount_as_dict, amount_text, say_steps
    from dosing import units
    from dosing.formulas.steroids import equivalent

    problems = Problems()
    name, _, written = (args.amount or "").strip().partition(" ")
    amount = read_needed(
        problems, units.amount, written.strip() or None, "from", '"methylprednisolone 70 mg"'
    )
    to = choose(problems, "to", args.to or "", CORTICOSTEROIDS)
    dose = equivalent(amount=problems.settled(amount), of=name, to=problems.settled(to))
    if args.json:
        say_json(
            {
                "amount": amount_as_dict(dose.amount),
                "drug": to,
                "steps": [step.as_dict() for step in dose.steps],
                "findings": [finding.as_dict() for finding in dose.findings],
            }
        )
        return DONE
    say(f"{to} {amount_text(dose.amount)}")
    say_steps(dose.steps, 30)
    say_findings(dose.findings)
    return DONE


COMMANDS: Commands = {"steroid": (_steroid_options, _steroid)}
