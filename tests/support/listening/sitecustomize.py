"""Note every look-up of another machine, and every connection to one; pin the program's clock.

Python imports a module of this name by itself when it starts: with this folder on PYTHONPATH
(tests/support/silence.py) every program that a test starts is listened to as well, and has the
day of the tests (pinned_clock.py).
"""

from __future__ import annotations

import os
import sys

NOTED = "POSOLOGY_ASKED_OUTSIDE"
_HERE = ("", "localhost", "::1", "::", "0.0.0.0")  # noqa: S104 - nothing is bound to it
# Where each event of Python's audit holds a host name, or an address that begins with one.
_PLACE = {
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
}


def listen(event: str, given: tuple[object, ...]) -> None:
    """Note an event that leaves this machine, beside the test during which its program started."""
    if event not in _PLACE:
        return
    host = given[_PLACE[event]]
    if isinstance(host, tuple):
        host = host[0]
    elif not event.startswith("socket.get"):
        return  # the path of a socket on this machine, or none where it is connected already
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    # Not a text: no name at all, or the number of a process, which sockets of the kernel have.
    if not isinstance(name, str) or name in _HERE or name.startswith("127."):
        return
    test = os.environ.get("PYTEST_CURRENT_TEST", "no test")
    # Every program of the tests would import what pathlib needs, and some are held to few imports.
    with open(os.environ[NOTED], "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"{event} {name!r} in {test}\n")


if __name__ == "sitecustomize" and NOTED in os.environ:
    sys.addaudithook(listen)
    sys.modules["dosing.clock"] = __import__("pinned_clock")

# tests/support/hazard_proof.py: a control is off in every program that a test starts as well.
if os.environ.get("POSOLOGY_TURNED_OFF"):
    __import__("tests.support.turned_off.now")
