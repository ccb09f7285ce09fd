"""A file in the making: nothing half-made is ever kept, and what is kept is not made again."""

from __future__ import annotations

import threading

from schedules.outputs.progress import Progress
from screens.state.making import Files

PATIENCE_SECONDS = 20


def test_a_file_given_up_is_not_kept_and_its_writer_is_ended() -> None:
    files, started, go_on, ended = Files(), *(threading.Event() for _ in range(3))

    def write(progress: Progress) -> bytes:
        try:
            progress(0.5)
            started.set()
            go_on.wait(PATIENCE_SECONDS)
            progress(0.6)
            return b"whole"
        finally:
            ended.set()

    files.begin("chart", "Chart", write)
    making = files.making
    assert making is not None
    assert started.wait(PATIENCE_SECONDS)
    assert making.share == 0.5
    files.cancel()
    go_on.set()
    assert ended.wait(PATIENCE_SECONDS)
    files.collect()
    assert (files.kept, files.making, making.content) == ({}, None, None)


def test_a_file_is_made_once_and_a_few_are_kept() -> None:
    files, made = Files(), []

    def write() -> bytes:
        made.append("made")
        return b"file"

    assert [files.write("a", write), files.write("a", write)] == [b"file", b"file"]
    assert made == ["made"]
    for number in range(8):
        files.write(number, write)
    assert list(files.kept) == list(range(8))
