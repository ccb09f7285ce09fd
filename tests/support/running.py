"""Programs that a test starts for itself on a free port of this machine."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

import pytest
import requests
from playwright.sync_api import Page

from tests.support.places import ROOT

START_SECONDS = 180
# How long a page may take to show something: a busy machine is no defect.
PATIENCE_MS = 60_000


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def of_a_server(**more: str) -> dict[str, str]:
    """Return the environment of a server, which starts with what one of this run kept before."""
    own = {name: value for name, value in os.environ.items() if name != "POSOLOGY_NO_CACHE"}
    return {**own, **more}


@contextmanager
def running(
    *arguments: str,
    health: str,
    environment: Mapping[str, str] = {},
    log: IO[bytes] | int = subprocess.DEVNULL,
) -> Iterator[None]:
    """Run ``python -m arguments`` in the folder of the program until the block is left."""
    server = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=of_a_server(**environment),
        stdout=log,
        stderr=log,
    )
    try:
        wait_until_healthy(health, server)
        yield
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


@contextmanager
def streamlit(script: str, *options: str, port: int, **environment: str) -> Iterator[str]:
    """Start a script of Streamlit as a person does, and yield its address."""
    url = f"http://127.0.0.1:{port}"
    with running(
        "streamlit",
        "run",
        script,
        "--server.headless",
        "true",
        "--server.port",
        str(port),
        *options,
        health=f"{url}/_stcore/health",
        environment=environment,
    ):
        yield url


# Enter has to reach the server before the page says that it runs; a person takes longer to aim.
SETTLED = """(since) => {
  const state = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState;
  if (state !== "notRunning") window.settledSince = performance.now();
  if (window.settleAsked !== since) {
    window.settleAsked = since;
    window.settledSince = performance.now();
  }
  return performance.now() - window.settledSince > 200;
}"""
_asked = itertools.count()


def settle(page: Page) -> None:
    """Wait until the page is drawn and stays so; while it is redrawn a click may miss.

    To ask at each frame, as is usual, has the browser draw sixty a second for nothing.
    """
    page.wait_for_function(SETTLED, arg=next(_asked), timeout=PATIENCE_MS, polling=50)


def wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    until = dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=START_SECONDS)
    while dt.datetime.now(tz=dt.UTC) < until:
        assert server.poll() is None, "the program ended while it was starting"
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            try:
                server.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
    pytest.fail("the program did not answer")
