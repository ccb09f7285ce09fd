"""People who each plan one course after the other, field by field: ``PORT PEOPLE COURSES``.

A field is changed every three seconds. The keystroke-level model (Card, Moran and Newell,
Communications of the ACM 23:396, 1980) gives 3.6 s to somebody who types 40 words a minute: for
eight fields eight decisions of 1.35 s, 49 letters and tabs of 0.28 s, two clicks of 1.3 s, and four
ways of 0.4 s between keys and mouse are 29 s; what the page answers is not even read.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.page import PAGE, PATIENT, new_weights
from benchmarks.visitor import visiting

_EACH_SECONDS = 3.0
_COURSE_SECONDS = _EACH_SECONDS * len(PATIENT)
_OPENING_SECONDS = 600
# So far apart are the weights of two people that nobody types another's.
_APART = 100


def main() -> None:
    """Print how long each field waited, and how much CPU the visitors took, as JSON."""
    port, people, courses = map(int, sys.argv[1:])
    begun = threading.Barrier(people, timeout=_OPENING_SECONDS)

    def plan(number: int) -> list[float]:
        weights = new_weights(number * _APART)
        begun.wait()
        began, waits = time.monotonic(), []
        due = began + number / people * _COURSE_SECONDS
        for _ in range(courses):
            time.sleep(max(0.0, due - time.monotonic()))
            with visiting(port, PAGE) as visitor:
                patient = {**PATIENT, "plan-label": f"bed {number}", "plan-weight": next(weights)}
                for key, value in patient.items():
                    # Counted from when it was due, as in busy.py.
                    due += _EACH_SECONDS
                    time.sleep(max(0.0, due - time.monotonic()))
                    visitor.fill_in({key: value})
                    # Before and after, not everybody is there.
                    if _COURSE_SECONDS <= due - began < courses * _COURSE_SECONDS:
                        waits.append(time.monotonic() - due)
        return waits

    with ThreadPoolExecutor(people) as others:
        waits = [wait for waits in others.map(plan, range(people)) for wait in waits]
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"waits": waits, "cpu": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    main()
