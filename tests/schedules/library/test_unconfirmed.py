"""The figures that nobody has seen in their source, and whom they reach."""

from __future__ import annotations

from schedules.library.unconfirmed import count_unconfirmed, unconfirmed_figures
from tests.support.planning import RITUXIMAB, library


def test_what_is_unconfirmed_stands_with_its_places_and_whom_it_reaches() -> None:
    # rituximab-weekly.yaml: the booking is proposed beside its entry, the window by the reserved
    # name; the surface is named by no entry, so no figure stands on it.
    found = {
        one.name: one
        for one in unconfirmed_figures(library(), {f"regimens/{RITUXIMAB}": 3})
        if one.file == f"regimens/{RITUXIMAB}"
    }
    assert set(found) == {"booked", "proposed"}
    assert found["booked"].figures == {"phases induction medicines rituximab booked": 1}
    assert found["proposed"].figures == {
        "phases induction medicines rituximab window": 1,
        "phases induction medicines paracetamol round": 1,
    }
    assert found["booked"].ours
    assert found["booked"].reach == "1 regimen, 3 saved plans"


def test_the_most_used_come_first_and_all_are_counted() -> None:
    found = unconfirmed_figures(library(), {"drugs/thioctic-acid": 1})
    assert found[0].file == "drugs/thioctic-acid"
    counts = count_unconfirmed(found)
    assert sum(n for kind in counts.values() for n in kind.values()) == sum(
        one.count for one in found
    )
    assert {one.file.partition("/")[0] for one in found} == {"regimens", "drugs"}
