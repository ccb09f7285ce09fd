from __future__ import annotations

import pytest

from dosing.errors import InputError
from schedules.knowledge.nearest import nearest
from schedules.library.reader import read_library
from tests.support.places import ROOT

MONOCLONAL = {"rituximab-weekly": ["MabThera"], "rituximab-1-g-days-1-and-15": ["MabThera"]}


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("rituximab-weekly", ["rituximab-weekly"]),
        ("Rituximab Weekly", ["rituximab-weekly"]),
        ("rituximab-weely", ["rituximab-weekly"]),
        ("ritux", ["rituximab-weekly", "rituximab-1-g-days-1-and-15"]),
        ("rituximab day", ["rituximab-1-g-days-1-and-15"]),
        # A number decides between the two, and alone means nothing.
        ("rituximab 15", ["rituximab-1-g-days-1-and-15", "rituximab-weekly"]),
        ("15", []),
        # The brand, its beginning, a spelling error in it
        ("mabthera", ["rituximab-weekly", "rituximab-1-g-days-1-and-15"]),
        ("MAB", ["rituximab-weekly", "rituximab-1-g-days-1-and-15"]),
        ("mabtera", ["rituximab-weekly", "rituximab-1-g-days-1-and-15"]),
        # Letters inside a word, or scattered through it
        ("tuxi", []),
        ("rwk", []),
        ("r", []),
        ("", []),
    ],
)
def test_words_are_met_by_words_and_their_beginnings(typed: str, ids: list[str]) -> None:
    assert nearest(typed, MONOCLONAL) == ids


def test_the_words_of_an_id_count_before_those_of_a_synonym() -> None:
    entries = {"a-first": ["pulse"], "pulse-long": [], "pulses": []}
    assert nearest("pulse", entries) == ["pulse-long", "pulses", "a-first"]


def test_a_spelling_error_is_looked_for_only_where_no_word_is_right() -> None:
    entries: dict[str, list[str]] = {"prednisolone": [], "prednisone": []}
    assert nearest("prednisone", entries) == ["prednisone"]
    assert nearest("prednisona", entries) == ["prednisone", "prednisolone"]


def test_at_most_five_are_named() -> None:
    assert len(nearest("pulse", {f"pulse-{letter}": [] for letter in "abcdefgh"})) == 5


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        (
            "ivig",
            "immunoglobulin-gbs, immunoglobulin-5-days, immunoglobulin-gbs-child, "
            "immunoglobulin-lewis-sumner or immunoglobulin-mmn-induction",
        ),
        (
            "privigen",
            "immunoglobulin-gbs, immunoglobulin-5-days, immunoglobulin-gbs-child, "
            "immunoglobulin-lewis-sumner or immunoglobulin-mmn-induction",
        ),
        (
            "MMN",
            "immunoglobulin-mmn-induction, immunoglobulin-mmn-maintenance-1-g, "
            "immunoglobulin-mmn-maintenance-2-g or immunoglobulin-first-pathway-in-mmn",
        ),
        (
            "cyclosporine",
            "ciclosporin-start, ciclosporin-5-mg-per-kg or ciclosporin-5-mg-per-kg-ideal-weight",
        ),
        (
            "plasmapheresis",
            "plasma-exchange-gbs-2, plasma-exchange-gbs-4, plasma-exchange-5-weekdays, "
            "plasma-exchange-5-alternate-days or plasma-exchange-twice-then-cyclophosphamide",
        ),
        # A disease
        ("vasculitis", "cyclophosphamide-euvas"),
    ],
)
def test_a_synonym_a_brand_or_a_disease_leads_to_the_regimens(typed: str, ids: str) -> None:
    with pytest.raises(InputError) as caught:
        read_library(ROOT, only=typed)
    assert str(caught.value) == f'regimen: "{typed}" is not in the library; did you mean {ids}?'
