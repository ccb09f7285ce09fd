"""The command lines, asked in this process."""

from __future__ import annotations

import pytest

from tests.support.asking import Ask


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    return Ask(capsys)
