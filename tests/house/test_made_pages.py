"""The pages that are made from the code and the data are current."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.making.pages import MADE


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_a_made_page_is_what_the_code_and_the_data_make(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE[path](), "run make docs"
