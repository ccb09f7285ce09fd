"""Where the regimens, drugs, dose bands and site file that come with the program are."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_knowledge() -> Path:
    """Return the folder of the shipped knowledge files.

    In a checkout they lie at its root; a wheel carries them inside the package.
    """
    checkout = _PACKAGE.parent
    # Another package may leave a folder of this name among the installed ones.
    if (checkout / "regimens").is_dir() and (checkout / "site.yaml").is_file():
        return checkout
    return _PACKAGE / "shipped"
