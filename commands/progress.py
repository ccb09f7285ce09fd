"""A bar for what takes long: on a terminal only, and beside what is printed, never in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str, of: int) -> Iterator[Callable[[int], None]]:
    """Show a bar, and yield what tells it how many are done."""
    if not sys.stderr.isatty() or not of:
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(what, total=of)
        yield lambda done: progress.update(bar, completed=done)
