"""Every regimen leaves the program; which output of it rotates, so that each is tried on many."""

from __future__ import annotations

from schedules.outputs.formats import FORMATS
from tests.support.every_output import make
from tests.support.planning import whole_library


def test_each_regimen_is_made_into_outputs_without_an_exception() -> None:
    shelf = whole_library()
    names = sorted(shelf.regimens)
    assert len(names) > 100
    for number, name in enumerate(names):
        (size,) = make(shelf, name, [FORMATS[number % len(FORMATS)]])
        assert size > 500
