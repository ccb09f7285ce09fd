"""Every page that is made, with what makes its text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs.making.assurance_case import assurance_case
from docs.making.finding_codes import finding_codes_page
from docs.making.formulas import formulas_page
from docs.making.hazards import hazards_page
from docs.making.marked_parts import author_rules, house_map, with_part
from docs.making.sbom import bill_of_materials
from docs.making.therapies import therapies_page

ROOT = Path(__file__).resolve().parents[2]


# What each page that is made, or holds a part that is made, has to hold.
MADE: dict[Path, Callable[[], str]] = {
    ROOT / "README.md": lambda: _with("README.md", "map", house_map(ROOT)),
    ROOT / "docs" / "regimen-files.md": lambda: _with(
        "docs/regimen-files.md", "rules", author_rules()
    ),
    ROOT / "HAZARDS.md": lambda: hazards_page(ROOT),
    ROOT / "docs" / "assurance-case.md": lambda: assurance_case(ROOT),
    ROOT / "docs" / "finding-codes.md": lambda: finding_codes_page(ROOT),
    ROOT / "docs" / "formulas.md": formulas_page,
    ROOT / "docs" / "therapies.md": lambda: therapies_page(ROOT),
    ROOT / "sbom.cdx.json": lambda: bill_of_materials(ROOT),
}


def _with(page: str, name: str, part: str) -> str:
    return with_part((ROOT / page).read_text(encoding="utf-8"), name, part)
