"""How often Python looks for garbage in a server of pages."""

from __future__ import annotations

import subprocess
import sys

from tests.support.places import ROOT

_SHOW = "import gc, app; print(*gc.get_threshold())"


def test_a_server_looks_for_garbage_after_ten_thousand_objects() -> None:
    """By itself Python looks after 700, 10 and 10; what is old is looked at more often here."""
    done = subprocess.run(
        [sys.executable, "-c", _SHOW],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.split() == ["10000", "5", "2"]
