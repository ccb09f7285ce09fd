"""Where the records lie: told without opening them, so that whoever only asks needs no database."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path, user_state_path

from schedules.library.shipped import in_a_checkout, shipped_knowledge

FILE = "records.sqlite3"
HEADS = "heads.txt"
_NOWHERE = (
    "WARN  Heads of the records are kept nowhere else: that rows were cut off, or that the records "
    "were swapped or rolled back, would not be found. Name a file in POSOLOGY_HEADS."
)


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
    """Return the file elsewhere for the heads of the chain, or None where they are kept nowhere.

    It is what ``POSOLOGY_HEADS`` names. Records in a file have one without that: the user's own,
    in another folder than theirs. Where that folder cannot be written there is none, because a ward
    is not locked out for what nobody asked for; nor is there one for a server, whose programs run
    on several machines or in containers that keep nothing.
    """
    named = environment.get("POSOLOGY_HEADS", "").strip()
    if named:
        return Path(named)
    own = _state_folder() / HEADS
    return None if database_address(environment) or not _can_be_written(own) else own


def where_heads_are(file: Path | None) -> str:
    """Return the line that says where the heads of the chain are kept, if anywhere."""
    return _NOWHERE if file is None else f"Heads of the records are kept in {file}."


def _can_be_written(file: Path) -> bool:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(file if file.exists() else file.parent, os.W_OK)


def proved_file() -> Path:
    """Return the file in which ``records verify`` remembers how far it came: the user's own."""
    return _state_folder() / "proved.json"


def _state_folder() -> Path:
    return user_state_path("posology")
