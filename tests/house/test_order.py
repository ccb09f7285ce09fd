"""The order in which the tests run: the longest modules first, or as a seed decides."""

from __future__ import annotations

from tests.conftest import LONGEST
from tests.support.places import TESTS


def test_each_module_that_is_begun_first_exists() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []
