"""Import it to put the replacements in place that the environment names, before anything runs."""

from __future__ import annotations

import os

from tests.support.turned_off.replacing import replace

OFF = "POSOLOGY_TURNED_OFF"

for place in filter(None, os.environ.get(OFF, "").split(",")):
    replace(*place.split("="))
