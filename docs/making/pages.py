"""Every page that is made, with the text that it has to have."""

from __future__ import annotations

from pathlib import Path

from docs.making.finding_codes import finding_codes_page
from docs.making.formulas import formulas_page
from docs.making.hazards import hazards_page
from docs.making.marked_parts import author_rules, house_map, with_part
from docs.making.sbom import bill_of_materials

ROOT = Path(__file__).resolve().parents[2]


def made_pages() -> dict[Path, str]:
    """Return the path and the text of every page that is made, or holds a part that is made."""
    readme, files = ROOT / "README.md", ROOT / "docs" / "regimen-files.md"
    return {
        readme: with_part(readme.read_text(encoding="utf-8"), "map", house_map(ROOT)),
        files: with_part(files.read_text(encoding="utf-8"), "rules", author_rules()),
        ROOT / "HAZARDS.md": hazards_page(ROOT),
        ROOT / "docs" / "finding-codes.md": finding_codes_page(ROOT),
        ROOT / "docs" / "formulas.md": formulas_page(),
        ROOT / "sbom.cdx.json": bill_of_materials(ROOT),
    }
