"""The pages that are made from the code and the data are current."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.making.pages import made_pages

PAGES = made_pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_made_page_is_what_the_code_and_the_data_make(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path], "run make docs"
