"""The quick way to see a test fail: its control is turned off in a fork of one run of pytest.

What another module took from the control while it was imported stays on here. So a test that fails
here shows its control, and one that passes shows nothing: it is tried once more from the start
(``hazard_proof``).
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import signal
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.forks import caches, in_a_child, run_test
from tests.support.places import ROOT

_LONGEST_SECONDS = 600
_PASSED, _FAILED, _NOT_SET_UP = 0, 1, 2
Tell = Callable[[str, str], None]


def try_in_forks(asked: Mapping[str, tuple[str, str]], tell: Tell) -> None:
    """Tell of each hazard whose test passes, and fails with its control off, and why it fails.

    Args:
        asked: for each hazard its test, and what ``turned_off.now`` puts in the control's place.
    """
    words = ["-n0", "-s", "-qq", "-p", "no:cacheprovider", *(test for test, _ in asked.values())]
    # Programs that are started afterwards begin without what this run sets for its own.
    before = dict(os.environ)
    pytest.main(words, plugins=[_Forks(asked, tell)])
    os.environ.clear()
    os.environ.update(before)


class _Forks:
    """Runs in the place of pytest's loop: each test in two children, as it is and without."""

    def __init__(self, asked: Mapping[str, tuple[str, str]], tell: Tell) -> None:
        self._asked, self._tell = asked, tell
        self._state, self._why = _PASSED, ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every hazard."""
        from tests.support.planning import library

        cases = defaultdict(list)
        for item in session.items:
            cases[item.nodeid.partition("[")[0]].append(item)
        # What the whole session needs is there once, and the library is read.
        _run(session.items[-1])
        _take_down(session)
        library()
        gc.unfreeze()
        hiding = caches()
        gc.freeze()
        known = [(name, *one) for name, one in self._asked.items() if cases[one[0]]]
        for name, test, off in sorted(known, key=lambda one: one[1:]):
            with tempfile.TemporaryDirectory() as folder:
                why = Path(folder, "why")
                trial = functools.partial(self._try, items=cases[test], hiding=hiding, why=why)
                if in_a_child(functools.partial(trial, "")) != _PASSED:
                    continue
                if in_a_child(functools.partial(trial, off)) == _FAILED:
                    self._tell(name, why.read_text(encoding="utf-8"))
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that a test failed, and why; one that is not even set up fails otherwise."""
        if report.failed and self._state == _PASSED:
            self._state = _FAILED if report.when == "call" else _NOT_SET_UP
            lines = str(report.longrepr).splitlines()
            self._why = next((line[1:].strip() for line in lines if line.startswith("E ")), "")

    def _try(self, off: str, items: list[pytest.Item], hiding: list[Any], why: Path) -> int:
        from tests.support.turned_off.now import OFF, put

        self._state = _PASSED
        os.setpgid(0, 0)
        signal.alarm(_LONGEST_SECONDS)
        null = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(null, stream)
        for cache in hiding:
            cache.cache_clear()
        paths = (str(ROOT), os.environ.get("PYTHONPATH"))
        os.environ.update({OFF: off, "PYTHONPATH": os.pathsep.join(filter(None, paths))})
        put(off)
        for item in items:
            if self._state == _PASSED:
                _run(item)
        # The verdict stands; what belongs to the whole session is the parent's, but for servers
        # that were begun here.
        with contextlib.suppress(Exception):
            _take_down(items[0].session)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
        why.write_text(self._why, encoding="utf-8")
        return self._state


def _run(item: pytest.Item) -> None:
    """Run a test after whatever ran before: what it does not share with that is taken down."""
    item.session._setupstate.teardown_exact(item)
    run_test(item, item)


def _take_down(session: pytest.Session) -> None:
    """Take down what belongs to a folder, a module or a test, and leave what is of the session."""
    down_to: Callable[[Any], None] = session._setupstate.teardown_exact
    down_to(session)
