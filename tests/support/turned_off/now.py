"""Import it to put the replacements in place that the environment names, before anything runs."""

from __future__ import annotations

import os

from tests.support.turned_off.replacing import replace

OFF = "POSOLOGY_TURNED_OFF"


def put(off: str) -> None:
    """Put replacements in place: ``package.module:name=by``, with commas between."""
    for place in filter(None, off.split(",")):
        replace(*place.split("="))


put(os.environ.get(OFF, ""))
