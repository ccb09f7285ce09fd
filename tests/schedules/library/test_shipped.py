from __future__ import annotations

from pathlib import Path

import pytest

from dosing.errors import InputError, KnowledgeError
from schedules.library import shipped
from schedules.library.reader import open_library
from schedules.library.shipped import shipped_knowledge
from tests.support.places import ROOT
from tests.support.planning import library
from tests.support.shelf import shelf


def test_a_checkout_ships_the_knowledge_at_its_root() -> None:
    assert shipped_knowledge() == ROOT


def test_an_installed_package_ships_the_knowledge_inside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "schedules"
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    assert shipped_knowledge() == package / "shipped"
    # Another package's folder of this name is none of ours.
    (tmp_path / "site-packages" / "regimens").mkdir(parents=True)
    assert shipped_knowledge() == package / "shipped"


def test_a_library_is_opened_where_it_was_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schedules.library.reader.shipped_knowledge", lambda: shelf(tmp_path))
    assert sorted(open_library().regimens) == sorted(library().regimens)


def test_a_library_is_opened_from_a_folder_named_as_text(tmp_path: Path) -> None:
    assert sorted(open_library(str(shelf(tmp_path))).regimens) == sorted(library().regimens)


def test_a_folder_without_knowledge_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"site\.yaml: is missing"):
        open_library(tmp_path)


def test_a_ladder_is_found_by_its_id_in_whichever_drug_holds_it() -> None:
    drug, ladder = library().ladder("rituximab-first")
    assert drug.id == "rituximab"
    assert (ladder.id, ladder.infusion) == ("rituximab-first", "first")


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("rituximab-frist", "did you mean rituximab-first?"),
        (
            "rituximab infusion",
            "did you mean rituximab-first, rituximab-later or rituximab-90-min?",
        ),
    ],
)
def test_an_unknown_ladder_is_refused_with_the_nearest(name: str, accepted: str) -> None:
    with pytest.raises(InputError) as caught:
        library().ladder(name)
    (problem,) = caught.value.problems
    assert (problem.field, problem.typed, problem.accepted) == ("ladder", name, accepted)


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("rituxmab", "did you mean rituximab?"),
        ("IVIG", "did you mean immunoglobulin?"),
        ("aspirin", "write the name of a file in drugs/, without .yaml"),
    ],
)
def test_an_unknown_drug_is_refused_with_the_nearest(name: str, accepted: str) -> None:
    with pytest.raises(InputError) as caught:
        library().drug(name)
    (problem,) = caught.value.problems
    assert (problem.field, problem.typed, problem.accepted) == ("drug", name, accepted)
