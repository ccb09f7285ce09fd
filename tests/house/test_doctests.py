"""The examples in the docstrings run, and still run when every module has been imported."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import dosing
import schedules
from dosing import door as dosing_door
from schedules import door as schedules_door

DOORS = {"dosing": dosing_door, "schedules": schedules_door}


@pytest.mark.parametrize("name", DOORS)
def test_the_examples_of_the_door_run(name: str) -> None:
    failed, tried = doctest.testmod(DOORS[name])
    assert tried > 2
    assert failed == 0


@pytest.mark.parametrize("package", [dosing, schedules])
def test_no_module_takes_the_name_of_a_public_function(package: ModuleType) -> None:
    """``import dosing.dose`` would put a module where the function was."""
    name: str = package.__name__
    path = package.__path__
    modules = [found.name for found in pkgutil.walk_packages(path, f"{name}.")]
    for module in modules:
        if not module.endswith("__main__"):
            importlib.import_module(module)
    public: list[str] = package.__all__
    for one in public:
        assert f"{name}.{one}" not in modules
        assert getattr(package, one) is getattr(DOORS[name], one, getattr(package, one))
    failed, _ = doctest.testmod(DOORS[name])
    assert failed == 0
