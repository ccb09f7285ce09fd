"""The programs that the tests need beside Python, tried one by one.

Run as a script: prints the Debian packages that are missing, one a line, and why on the error
stream. It imports nothing but the standard library, since it runs before anything is installed.
"""

from __future__ import annotations

import ctypes.util
import dataclasses
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

# The same Chromium without the window that no test looks at costs a fifth less: the first that is
# there is taken. Each brings a font, by libfontconfig1.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# What a program prints that cannot load a library, and Debian's package of that library.
_NO_LIBRARY = re.compile(r"error while loading shared libraries: ([\w.+-]+)")
PACKAGE_OF = {"libatomic.so.1": "libatomic1"}
_SECONDS = 60


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A program that does not run: why, and the Debian package that mends it ("" if unknown)."""

    program: str
    why: str
    package: str


def try_program(name: str, command: Sequence[str], package: str) -> Missing | None:
    """Run a program, and return what it lacks, or None where it starts.

    Args:
        name: the program as a person knows it.
        command: its path and an argument with which it only starts, such as --version.
        package: the Debian package that holds it.
    """
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Missing(program=name, why=str(error), package=package)
    if done.returncode == 0:
        return None
    lacking = _NO_LIBRARY.search(done.stderr)
    if lacking:
        library = lacking[1]
        return Missing(
            program=name, why=f"lacks {library}", package=PACKAGE_OF.get(library, package)
        )
    why = done.stderr.strip().splitlines()[-1:] or [f"exits with {done.returncode}"]
    return Missing(program=name, why=why[0], package=package)


def browser() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def node() -> Path | None:
    """Return the path of the node that playwright brings."""
    playwright = importlib.util.find_spec("playwright")
    if playwright is None or playwright.origin is None:
        return None
    return Path(playwright.origin).parent / "driver" / "node"


def initdb() -> Path | None:
    """Return the newest initdb: Debian keeps it out of the search path."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    found = shutil.which("initdb")
    return newest or (Path(found) if found else None)


def _try_browser() -> Missing | None:
    path = browser()
    if path is None:
        return Missing(program="Chromium", why="is not installed", package=BROWSERS[0])
    return try_program("Chromium", (path, "--version"), BROWSERS[0])


def _try_driver() -> Missing | None:
    """Try the node that playwright brings: it is built against libraries that Debian may lack."""
    path = node()
    if path is None:
        return Missing(program="playwright", why="is not installed (make dev-venv)", package="")
    return try_program("playwright's node", (str(path), "--version"), "")


def _try_postgresql() -> Missing | None:
    path = initdb()
    if path is None:
        return Missing(program="PostgreSQL", why="is not installed", package="postgresql")
    return try_program("PostgreSQL", (str(path), "--version"), "postgresql")


def _try_libical() -> Missing | None:
    name = ctypes.util.find_library("ical")
    if name is None:
        return Missing(program="libical", why="is not installed", package="libical3")
    try:
        ctypes.CDLL(name)
    except OSError as error:
        return Missing(program="libical", why=str(error), package="libical3")
    return None


TRIALS: tuple[Callable[[], Missing | None], ...] = (
    _try_browser,
    _try_driver,
    _try_postgresql,
    _try_libical,
)


def missing_programs() -> list[Missing]:
    """Try every program and return what is missing."""
    return [missing for trial in TRIALS if (missing := trial())]


if __name__ == "__main__":
    lacking = missing_programs()
    for one in lacking:
        sys.stderr.write(f"{one.program}: {one.why}\n")
    for package in dict.fromkeys(one.package for one in lacking if one.package):
        sys.stdout.write(f"{package}\n")
    sys.exit(bool(lacking))
