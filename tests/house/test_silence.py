"""A run of the tests fails at its end when a test, or a program that it started, asked outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.listening.sitecustomize import NOTED
from tests.support.places import ROOT

_OF_THIS_RUN = {NOTED, "PYTHONPATH", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"}
# Addresses that nobody has (RFC 5737), as numbers: this test asks nobody.
ASKING = """
import socket, subprocess, sys

def look_up(host):
    socket.getaddrinfo(host, 80, flags=socket.AI_NUMERICHOST)

def test_here():
    look_up("127.0.0.1")

def test_itself():
    look_up("192.0.2.1")

def test_a_program():
    lines = "import socket; socket.getaddrinfo('192.0.2.2', 80, flags=socket.AI_NUMERICHOST)"
    subprocess.run([sys.executable, "-c", lines], check=True)
"""


@pytest.mark.parametrize("workers", ["0", "1"])
@pytest.mark.parametrize(
    ("chosen", "code", "heard"),
    [
        ("here", 0, []),
        ("itself or program", 1, [("192.0.2.1", "itself"), ("192.0.2.2", "a_program")]),
    ],
)
def test_a_run_fails_when_another_machine_was_asked(
    tmp_path: Path, workers: str, chosen: str, code: int, heard: list[tuple[str, str]]
) -> None:
    (tmp_path / "test_asking.py").write_text(ASKING, encoding="utf-8")
    outside = {name: text for name, text in os.environ.items() if name not in _OF_THIS_RUN}
    plugins = ("-p", "xdist", "-p", "tests.support.silence")  # and none that has no part in it
    options = ("-q", *plugins, "-c", os.devnull, "-n", workers, "-k", chosen)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT,
        env=outside | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in ended.stdout.splitlines() if "another machine was asked" in line]
    assert ended.returncode == code, ended.stdout
    assert len(lines) == len(heard)
    for line, (host, test) in zip(lines, heard, strict=True):
        assert f"'{host}' in " in line
        assert f"::test_{test} (call)" in line
