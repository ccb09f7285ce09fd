"""People at the Plan page, each changing the weight once a second: ``PORT SESSIONS SECONDS``."""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.page import PAGE, PATIENT, new_weights
from benchmarks.visitor import visiting

_EACH_SECONDS = 1.0
# Opening many pages takes a while on a busy machine; one that fails must not hold up the rest.
_OPENING_SECONDS = 300
# So far apart are the weights of two people that nobody types another's.
_APART = 500


def main() -> None:
    """Print how long each change waited, in seconds, as JSON."""
    port, sessions, seconds = map(int, sys.argv[1:])
    begun = threading.Barrier(sessions, timeout=_OPENING_SECONDS)

    def stay(number: int) -> list[float]:
        weights = new_weights(number * _APART)
        waits = []
        with visiting(port, PAGE) as visitor:
            visitor.fill_in(PATIENT)
            begun.wait()
            due = time.monotonic() + number / sessions * _EACH_SECONDS
            for _ in range(seconds):
                time.sleep(max(0.0, due - time.monotonic()))
                visitor.fill_in({"plan-weight": next(weights)})
                # Counted from when it was due: an answer that keeps the next change waiting
                # counts for that one too.
                waits.append(time.monotonic() - due)
                due += _EACH_SECONDS
        return waits

    with ThreadPoolExecutor(sessions) as people:
        print(json.dumps([wait for waits in people.map(stay, range(sessions)) for wait in waits]))


if __name__ == "__main__":
    main()
