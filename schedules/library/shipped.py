"""Where the regimens, drugs, dose bands and site file that come with the program are."""

from __future__ import annotations

import functools
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def in_a_checkout() -> bool:
    """Return whether the program runs from a checkout, and not from where it was installed."""
    return _is_checkout(_PACKAGE.parent)


@functools.cache
def _is_checkout(root: Path) -> bool:
    # Another package may leave a folder of this name among the installed ones.
    return (root / "regimens").is_dir() and (root / "site.yaml").is_file()


def shipped_knowledge() -> Path:
    """Return the folder of the shipped knowledge files.

    In a checkout they lie at its root; a wheel carries them inside the package.
    """
    return _PACKAGE.parent if in_a_checkout() else _PACKAGE / "shipped"
