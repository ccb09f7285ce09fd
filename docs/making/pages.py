"""Every page that is made, with the text that it has to have."""

from __future__ import annotations

from pathlib import Path

from docs.making.finding_codes import finding_codes_page
from docs.making.formulas import formulas_page
from docs.making.hazards import hazards_page

ROOT = Path(__file__).resolve().parents[2]


def made_pages() -> dict[Path, str]:
    """Return the path and the text of every page that is made from code or data."""
    return {
        ROOT / "HAZARDS.md": hazards_page(ROOT),
        ROOT / "docs" / "finding-codes.md": finding_codes_page(ROOT),
        ROOT / "docs" / "formulas.md": formulas_page(),
    }
