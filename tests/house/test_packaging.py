"""What is installed: the lists of requirements agree, and the wheel holds the knowledge."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from docs.making.sbom import locked
from tests.support.places import ROOT

# What the parts of the program stand under, in SPDX's words or in the packages' own. Each leaves
# the program free to be used and passed on; NOTICE says what the LGPL and the MPL ask for.
READ_LICENCES = {
    "3-Clause BSD License",
    "Apache License 2.0",
    "Apache Software License",
    "Apache-2.0",
    "Apache-2.0 OR BSD-2-Clause",
    "Apache-2.0 OR BSD-3-Clause",
    "BSD",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
    "Bitstream-Vera",
    "Dual License",  # python-dateutil: Apache-2.0 or BSD-3-Clause
    "LGPL-3.0-only",
    "MIT",
    "MIT License",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "MPL-2.0 AND (Apache-2.0 OR MIT)",
    "PSF-2.0",
    "PSFL",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [line.split("#")[0].strip() for line in lines if line and line[0] not in "#-"]
    return {line.split(">")[0].split("<")[0]: line for line in wanted}


def test_the_package_and_its_browser_part_need_what_the_requirements_name() -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["browser"]]
    assert sorted(wanted) == sorted(requirements("requirements.txt").values())


@pytest.mark.parametrize("part", ["requirements", "requirements-dev"])
def test_every_requirement_has_one_exact_version(part: str) -> None:
    named = {name.split("[")[0].lower().replace(".", "-") for name in requirements(f"{part}.txt")}
    assert named <= set(locked(ROOT / f"{part}.lock"))


def test_the_program_is_tested_with_the_versions_that_it_is_installed_with() -> None:
    running, testing = (locked(ROOT / f"requirements{part}.lock") for part in ("", "-dev"))
    assert running.items() <= testing.items()


@pytest.mark.parametrize("part", ["requirements", "requirements-dev"])
def test_every_locked_package_is_held_to_the_hashes_of_its_files(part: str) -> None:
    entries = re.split(r"^(?=\w)", (ROOT / f"{part}.lock").read_text("utf-8"), flags=re.MULTILINE)
    assert len(entries) > 60
    unheld = [
        entry for entry in entries if entry and not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)
    ]
    assert unheld == []


def test_the_bill_of_materials_is_one() -> None:
    bill = (ROOT / "sbom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    components = json.loads(bill)["components"]
    packages = {one["name"]: one["version"] for one in components if one["type"] == "library"}
    assert packages == locked(ROOT / "requirements.lock")


def test_every_part_of_the_program_may_be_passed_on() -> None:
    """A new licence is read by a person before its package is used."""
    components = json.loads((ROOT / "sbom.cdx.json").read_text(encoding="utf-8"))["components"]
    named = {
        entry.get("expression") or entry["license"].get("id") or entry["license"]["name"]
        for one in components
        for entry in one["licenses"]
    }
    assert named - READ_LICENCES == set()


def test_the_version_stands_in_one_place() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "schedules/version.py"


def test_every_folder_of_knowledge_goes_into_the_wheel() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    knowledge = {"bands", "drugs", "regimens", "terms"} & folders
    assert set(included) == knowledge | {"site.yaml", "sources.yaml"}
