"""What a page says where the records cannot be opened or read: what holds, and how to go on."""

from __future__ import annotations

import htpy as h

from dosing.errors import InputError
from screens.marks import bullets, empty_panel

_WHAT_HOLDS = (
    "Doses and courses are worked out as before. Until the records are open, nothing is saved, "
    "checked or signed, no saved plan is seen here, and whether a plan is checked is not known."
)
_HOW_TO_GO_ON = "Show the line above to whoever looks after Posology, then load this page again."


def closed_records_panel(error: InputError) -> h.Renderable:
    """Return the panel that says why the records are closed; it is read out when it appears."""
    return empty_panel(
        "The records cannot be opened",
        bullets(map(str, error.problems)),
        h.p[_WHAT_HOLDS],
        h.p[_HOW_TO_GO_ON],
        role="alert",
    )
