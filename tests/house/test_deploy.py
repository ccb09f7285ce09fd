"""What a hospital is given to run it with: valid, closed, and of names that the programs read."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import uvicorn.config
from ruamel.yaml import YAML
from streamlit import config

from records.place import heads_file
from schedules.library.reader import knowledge_files
from screens.access.sign_in import read_settings
from tests.support.places import ROOT

# What measures and tests the program, and the questions that any program can be asked.
NOT_RUN = {"benchmarks", "dosebench", "tests"}
DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
# The variables of the image postgres, from its page on Docker Hub.
OF_POSTGRES = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(ROOT / "compose.yaml")
    return found


def test_compose_holds_to_the_published_schema(compose: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "tests/vendor/compose-spec.json").read_text(encoding="utf-8"))
    jsonschema.Draft201909Validator(schema).validate(compose)
    broken = {**compose, "services": {"app": {"prots": ["8501"]}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(schema).validate(broken)


def test_compose_names_only_what_is_read(compose: dict[str, Any]) -> None:
    source = (ROOT / "records" / "place.py").read_text(encoding="utf-8")
    source += Path(uvicorn.config.__file__).read_text(encoding="utf-8")
    assert set(compose["services"]["db"]["environment"]) <= OF_POSTGRES
    for name in compose["services"]["app"]["environment"]:
        assert f'"{name}"' in source, name
    options = {o.split("=")[0] for o in compose["services"]["app"]["command"] if o[:2] == "--"}
    assert {o.removeprefix("--") for o in options} <= set(config.get_config_options())


@pytest.mark.hazard("H52")
def test_heads_are_kept_in_a_volume_of_the_apps_own(compose: dict[str, Any]) -> None:
    app = compose["services"]["app"]
    kept = heads_file(app["environment"])
    assert kept is not None
    mounted = [volume.split(":") for volume in app["volumes"]]
    (volume,) = [name for name, at in mounted if at == str(kept.parent)]
    assert volume in compose["volumes"]
    assert not any(one.startswith(f"{volume}:") for one in compose["services"]["db"]["volumes"])
    # A new volume belongs to whom the folder in the image belongs to: the user of the container.
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (user,) = re.findall(r"^USER (\d+):\1$", image, re.MULTILINE)
    made = f"RUN install --directory --owner={user} --group={user} --mode=700 {kept.parent}\n"
    assert made in image[: image.index("USER ")]


def test_compose_gives_out_no_password_and_opens_nothing_but_the_proxys_door(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert services["app"]["ports"] == ["127.0.0.1:8501:8501"]
    assert "ports" not in services["db"]
    assert compose["networks"][services["db"]["networks"][0]]["internal"] is True
    assert all(service["read_only"] and service["healthcheck"] for service in services.values())
    assert not re.search(r"//\w+:\S+@|PASSWORD: ", (ROOT / "compose.yaml").read_text("utf-8"))
    kept = {Path(one["file"]).parts[0] for one in compose["secrets"].values()}
    assert [f"/{folder}/" in (ROOT / ".gitignore").read_text("utf-8") for folder in kept] == [True]
    given = {
        one if isinstance(one, str) else one["source"]
        for service in services.values()
        for one in service["secrets"]
    }
    assert given == set(compose["secrets"])


def test_the_image_takes_in_what_runs_and_no_secret() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    taken = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert {"secrets", "data", "tests", "docs", ".streamlit", ".git"}.isdisjoint(taken)
    assert all((ROOT / name).exists() for name in taken)
    knowledge = {path.relative_to(ROOT).parts[0] for path in knowledge_files(ROOT)}
    assert knowledge <= taken
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert rooms - taken == NOT_RUN


def test_the_image_holds_the_byte_code_of_every_room() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (compiled,) = re.findall(r"^RUN python -m compileall -q (.+)$", lines, re.MULTILINE)
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert set(compiled.split()) == rooms - NOT_RUN
    assert "PYTHONDONTWRITEBYTECODE" not in lines
    assert "--no-compile" not in lines


def test_the_settings_of_the_sign_in_as_shown_can_be_used() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", DEPLOY, re.DOTALL)
    with pytest.raises(ValueError, match="cookie_secret: is too short") as refused:
        read_settings(tomllib.loads(shown))
    assert len(str(refused.value).splitlines()) == 1, "only the secret is left to fill in"
    filled = shown.replace('cookie_secret = ""', f'cookie_secret = "{"x" * 48}"')
    assert set(read_settings(tomllib.loads(filled)).roles.values()) == {
        "planner",
        "nurse",
        "pharmacist",
        "viewer",
        "administrator",
    }
