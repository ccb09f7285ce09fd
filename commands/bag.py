"""The options that state how a bag was made, for a pump and for its card."""

from __future__ import annotations

from typing import Any

from dosing.names import BAGS, NOT_COUNTED


def add_bag(bag: Any) -> None:
    """Add the options of a bag; none has a default."""
    bag.add_argument(
        "--bag",
        metavar="HOLDS",
        help=" | ".join(f"{word} ({meaning})" for word, meaning in BAGS.items()),
    )
    bag.add_argument("--drug-volume", metavar="V", help='volume of the drug that is added: "24 mL"')
    bag.add_argument("--concentration", metavar="C", help='of the product: "10 mg/mL"')
    bag.add_argument("--overfill", metavar="V", help=f'"20 mL", or "{NOT_COUNTED}"')
    bag.add_argument("--undiluted", action="store_true", help="the product as it comes, no bag")
    bag.add_argument("--diluent", metavar="NAME", default="", help='"sodium chloride 0.9 %%"')
