"""Work done in a child that has what was imported here, and what would hide a change from it."""

from __future__ import annotations

import functools
import gc
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest

FAULT = 3
# What a test keeps of a computed course, or of a file that was read, would be that of the program
# without a mutant.
_COMPUTED = ("Course", "Screening", "FileModel")
_PROGRAM = ("commands", "dosing", "records", "schedules", "screens")


def in_a_child(work: Callable[[], int]) -> int:
    """Do something in a process of its own, which has what was imported here; return its status."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status, shown = FAULT, os.dup(1)
        try:
            status = work()
        finally:
            if status == FAULT:
                os.write(shown, traceback.format_exc().encode())
            sys.stdout.flush()
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == FAULT:
        raise SystemExit(FAULT)
    return status


def run_test(item: pytest.Item, following: pytest.Item | None) -> None:
    """Run one test, and keep what the next one needs too."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def caches() -> list[Any]:
    """Return the caches that would hide a change: the program's, and what tests keep."""
    kind = type(functools.cache(len))
    kept = (one for one in gc.get_objects() if isinstance(one, kind))
    return [
        one
        for one in kept
        if str(one.__module__).startswith(_PROGRAM)
        or any(word in str(getattr(one, "__annotations__", {}).get("return")) for word in _COMPUTED)
    ]
