"""A server of Streamlit in a process of its own, its CPU time and its memory (on Linux)."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.places import ROOT, environment

_START_SECONDS = 120
_OPTIONS = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    process: int
    port: int

    def cpu(self) -> float:
        """Return the seconds of CPU that it has used, all its threads, to the nanosecond."""
        # What clock_getcpuclockid(3) returns for a process.
        return time.clock_gettime((~self.process << 3) | 2)

    def memory(self) -> int:
        """Return the bytes of memory that it holds."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="ascii")
        (resident,) = (line.split() for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(resident[1]) * 1024


@contextlib.contextmanager
def serving(script: Path, home: Path, *, settings: Path = ROOT) -> Iterator[Server]:
    """Run a script on a free port until the block is left.

    Args:
        script: the script.
        home: an empty folder for what it keeps, or one of a server before it.
        settings: the folder whose ``.streamlit`` it runs with.
    """
    port = _free_port()
    options = {**_OPTIONS, "server.port": str(port)}
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    process = subprocess.Popen(  # noqa: S603 - fixed words
        [sys.executable, "-m", "streamlit", "run", str(script), *words],
        cwd=settings,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(timeout=_START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the port is open; nothing is asked of the server, so it costs it nothing."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the server ended while it was starting")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError("the server did not start")
