"""No bad input may cost more than these: a bomb fails its test, and not the machine."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

_CPU_SECONDS = 20
_MORE_MEMORY = 800 * 2**20


class TooCostlyError(BaseException):
    """No handler of ``Exception`` takes it for something else."""


def _stop(_: int, __: FrameType | None) -> None:
    raise TooCostlyError(f"more than {_CPU_SECONDS} s of CPU time")


@pytest.fixture(autouse=True)
def _within_limits() -> Iterator[None]:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    now = int(pages) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (now + _MORE_MEMORY, hard))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
