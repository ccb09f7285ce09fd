"""A help prints before anything heavy is imported: modules, not seconds, so it cannot flicker."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.places import ROOT

HEAVY = {"alembic", "holidays", "numpy", "pandas", "pint", "pydantic", "ruamel", "sqlalchemy"}
IMPORTED = """
import sys
from commands.posology import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


LIGHT = (
    *("", "dose", "body", "infuse", "band", "steroid"),
    *("list", "show", "check", "course", "export", "records"),
)


@pytest.mark.parametrize("command", LIGHT)
def test_a_help_needs_neither_units_nor_models_nor_tables(command: str) -> None:
    assert imported_by(*([command] if command else [])) & HEAVY == set()


@pytest.mark.parametrize("command", ["plan", "change"])
def test_the_help_that_lists_the_facts_of_a_patient_needs_their_model_alone(command: str) -> None:
    assert imported_by(command) & HEAVY == {"pydantic"}


def imported_by(*command: str) -> set[str]:
    """Print a help in a fresh interpreter; return the packages that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("usage: ")
    return set(done.stdout.splitlines()[-1].split())
