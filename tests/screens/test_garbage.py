"""How often Python looks for garbage in a server of pages."""

from __future__ import annotations

import gc
import subprocess
import sys

from tests.support.places import ROOT

_SHOW = "import gc, app; print(*gc.get_threshold())"


def test_a_server_looks_for_garbage_after_ten_thousand_objects() -> None:
    """By itself Python looks after 700; the two older generations stay as they are."""
    assert gc.get_threshold()[1:] == (10, 10)
    done = subprocess.run(
        [sys.executable, "-c", _SHOW],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.split() == ["10000", "10", "10"]
