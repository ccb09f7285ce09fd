"""The command line, the patient of the examples, and a library that a case may spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.asking import Ask
from tests.support.shelf import shelf


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    return Ask(capsys)


@pytest.fixture
def rituximab_alone(tmp_path: Path) -> Path:
    """Return a folder with four weekly doses of rituximab and the file of the drug."""
    return shelf(tmp_path, ("rituximab-weekly", "rituximab"))


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the four regimens that the tests know by heart."""
    return shelf(tmp_path_factory.mktemp("known"))
