"""Where the records lie: told without opening them, so that whoever only asks needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path, user_state_path

from schedules.library.shipped import in_a_checkout, shipped_knowledge

FILE = "records.sqlite3"


def home_of_records() -> Path:
    """Return the folder in which ``data/`` stands, unless ``POSOLOGY_DATA`` names another.

    That is the checkout; of an installed program it is the user's own folder for data, because
    what is installed is replaced as a whole.
    """
    return shipped_knowledge() if in_a_checkout() else user_data_path("posology")


def database_address(environment: Mapping[str, str]) -> str:
    """Return the address that ``POSOLOGY_DATABASE_URL`` names, or nothing."""
    return environment.get("POSOLOGY_DATABASE_URL", "").strip()


def database_file(environment: Mapping[str, str], beside: Path) -> Path:
    """Return the file that holds the records where no address is named."""
    return Path(environment.get("POSOLOGY_DATA") or beside / "data") / FILE


def are_begun(environment: Mapping[str, str], beside: Path) -> bool:
    """Return whether there may be records: a server is assumed to have them."""
    return bool(database_address(environment)) or database_file(environment, beside).is_file()


def heads_file(environment: Mapping[str, str]) -> Path | None:
    """Return the file elsewhere that ``POSOLOGY_HEADS`` names for the heads of the chain."""
    named = environment.get("POSOLOGY_HEADS", "").strip()
    return Path(named) if named else None


def proved_file() -> Path:
    """Return the file in which ``records verify`` remembers how far it came: the user's own."""
    return user_state_path("posology") / "proved.json"
