"""Fails a run of the tests in which something asked another machine: nothing of Posology may.

It also pins the program's clock, in this process and in all that it starts.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.listening import pinned_clock
from tests.support.listening.sitecustomize import NOTED, listen
from tests.support.places import TESTS

# At once, and not in pytest_configure: the conftest of a folder imports the program before that.
os.environ.setdefault(pinned_clock.DAYS, str(pinned_clock.days_ago()))
sys.modules["dosing.clock"] = pinned_clock

_ASKED = pytest.StashKey[list[str]]()


def pytest_configure() -> None:
    """Listen in this process and in all that it starts, the workers of the run among them."""
    if NOTED in os.environ:
        return
    descriptor, os.environ[NOTED] = tempfile.mkstemp(prefix="posology-asked-outside-")
    os.close(descriptor)
    path = (str(TESTS / "support" / "listening"), os.environ.get("PYTHONPATH"))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    sys.addaudithook(listen)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run; a worker leaves that to the process that started it."""
    if hasattr(session.config, "workerinput"):
        return
    noted = Path(os.environ[NOTED])
    asked = session.config.stash[_ASKED] = noted.read_text(encoding="utf-8").splitlines()
    noted.unlink()
    if asked:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each address that was asked, and the test that ran when its program started."""
    for line in terminalreporter.config.stash.get(_ASKED, []):
        terminalreporter.write_line(f"ERROR another machine was asked: {line}", red=True)
