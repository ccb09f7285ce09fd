"""What the tests need beside Python is tried, and nothing is installed unasked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import programs
from tests.support.places import ROOT


def script(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_program_that_cannot_load_a_library_names_the_package_of_the_library(
    tmp_path: Path,
) -> None:
    # What playwright's node prints on a Debian 12 that holds nothing but python3, venv and make.
    said = (
        "node: error while loading shared libraries: libatomic.so.1: cannot open shared object "
        "file: No such file or directory"
    )
    node = script(tmp_path / "node", f"echo '{said}' >&2", "exit 127")
    missing = programs.try_program("playwright's node", (str(node), "--version"), "")
    assert missing == programs.Missing(
        program="playwright's node", why="lacks libatomic.so.1", package="libatomic1"
    )


def test_a_program_that_is_there_and_does_not_start_is_missing(tmp_path: Path) -> None:
    broken = script(tmp_path / "chromium", "echo 'Illegal instruction' >&2", "exit 132")
    missing = programs.try_program("Chromium", (str(broken), "--version"), "chromium")
    assert missing is not None
    assert (missing.why, missing.package) == ("Illegal instruction", "chromium")
    assert programs.try_program("Python", (sys.executable, "--version"), "python3") is None


def test_the_chromium_without_a_window_is_the_first_and_any_other_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    lacking = programs.Missing(
        program="Chromium", why="is not installed", package="chromium-headless-shell"
    )
    assert programs.missing_programs()[0] == lacking
    for name in ("google-chrome", "chromium", "chromium-headless-shell"):
        found = script(tmp_path / name, "exit 0")
        assert programs.browser() == str(found)
    assert lacking.program not in {one.program for one in programs.missing_programs()}


def test_the_driver_of_the_browser_tests_is_among_what_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []

    def without(name: str, command: tuple[str, ...], package: str) -> programs.Missing:
        tried.append(Path(command[0]).name)
        return programs.Missing(program=name, why="", package=package)

    monkeypatch.setattr(programs, "try_program", without)
    assert programs.missing_programs()
    assert {"node", "initdb"} <= set(tried)


def run_set_up(folder: Path, uid: str, *prints: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/programs.sh where the trial prints these packages, as the user of this id."""
    bin_ = folder / "bin"
    bin_.mkdir()
    script(bin_ / "id", f"echo {uid}")
    for name in ("sudo", "apt-get"):
        script(bin_ / name, f'echo {name} "$@" >> {folder}/calls')
    # The stand-in finds everything missing until apt-get has installed something.
    python = script(
        bin_ / "python",
        f"grep -qs install {folder}/calls && exit 0",
        *(f"echo {package}" for package in prints),
        "exit 1",
    )
    return subprocess.run(
        [str(ROOT / ".ci" / "programs.sh"), str(python)],
        env={**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_who_is_not_root_is_told_the_one_command_and_nothing_is_installed(tmp_path: Path) -> None:
    done = run_set_up(tmp_path, "1000", "chromium-headless-shell", "libatomic1")
    assert done.returncode == 1
    command = "sudo apt-get install -y --no-install-recommends chromium-headless-shell libatomic1"
    assert command in done.stderr
    assert not (tmp_path / "calls").exists()


def test_root_gets_what_is_missing_by_apt_get(tmp_path: Path) -> None:
    done = run_set_up(tmp_path, "0", "libatomic1")
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert calls == [
        "apt-get -qq update",
        "apt-get install -y --no-install-recommends libatomic1 -qq",
    ]


def test_what_no_package_mends_stops_the_tests_with_a_sentence(tmp_path: Path) -> None:
    done = run_set_up(tmp_path, "0")
    assert done.returncode == 1
    assert "cannot run until the programs named above start" in done.stderr
    assert not (tmp_path / "calls").exists()
