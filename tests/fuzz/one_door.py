"""Feeds one door for so many seconds, guided by the lines that each input reaches (atheris).

``python -m tests.fuzz.one_door DOOR SECONDS KEPT FOUND`` keeps the inputs that reached something
new in the folder KEPT, writes each input that fell into FOUND, and prints the number of runs.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType

ROOMS = ["commands", "dosing", "records", "schedules", "screens"]
MOST_SECONDS, MOST_BYTES = 1.0, 200 * 2**20
# An input without an end is stopped here; the limit itself is judged without the instruments.
_STOP_SECONDS = 20
_LONGEST_INPUT = 200


class EndlessError(BaseException):
    """No handler of ``Exception`` takes it for something else."""


def _stop(_: int, __: FrameType | None) -> None:
    raise EndlessError(f"more than {_STOP_SECONDS} s")


def fallen(door: str, data: bytes) -> str:
    """Return how an input fell: where, by what, or how much it cost; empty where it did not."""
    from tests.fuzz.doors import feed

    most_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, _STOP_SECONDS)
    try:
        feed(door, data)
    except (Exception, EndlessError) as error:  # noqa: BLE001 - each one is a finding
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - begun
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most_before) * 1024
    if seconds > MOST_SECONDS:
        return f"more than {MOST_SECONDS:g} s"
    return f"more than {MOST_BYTES // 2**20} MB" if more > MOST_BYTES else ""


def main(arguments: list[str]) -> None:
    """Feed the door until the time is over."""
    import atheris

    door, seconds, kept, found = arguments[0], int(arguments[1]), *map(Path, arguments[2:])
    signal.signal(signal.SIGPROF, _stop)
    with atheris.instrument_imports(include=ROOMS):
        from tests.fuzz.doors import feed
    feed(door, b"")
    runs, end, seen = 0, time.monotonic() + seconds, set[str]()

    def one_input(data: bytes) -> None:
        nonlocal runs
        if time.monotonic() > end:
            sys.stdout.write(f"{runs}\n")
            sys.stdout.flush()
            os._exit(0)
        runs += 1
        how = fallen(door, data)
        if how and how not in seen:
            seen.add(how)
            name = hashlib.sha256(data).hexdigest()[:12]
            (found / f"{door}-{name}").write_bytes(data)

    kept.mkdir(parents=True, exist_ok=True)
    options = [f"-max_len={_LONGEST_INPUT}", "-timeout=300", "-rss_limit_mb=0", "-verbosity=0"]
    atheris.Setup(["fuzz", *options, str(kept)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
