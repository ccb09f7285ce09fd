"""What is installed: the lists of requirements agree, and the wheel holds the knowledge."""

from __future__ import annotations

import tomllib

from tests.support.places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [line.split("#")[0].strip() for line in lines if line and line[0] not in "#-"]
    return {line.split(">")[0].split("<")[0]: line for line in wanted}


def test_the_package_and_its_browser_part_need_what_the_requirements_name() -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["browser"]]
    assert sorted(wanted) == sorted(requirements("requirements.txt").values())


def test_every_requirement_has_one_exact_version() -> None:
    pinned = {
        line.split("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    named = requirements("requirements.txt") | requirements("requirements-dev.txt")
    assert not {name.split("[")[0].lower() for name in named} - pinned


def test_the_version_stands_in_one_place() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "schedules/version.py"


def test_every_folder_of_knowledge_goes_into_the_wheel() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    knowledge = {"bands", "drugs", "regimens", "terms"} & folders
    assert set(included) == knowledge | {"site.yaml"}
