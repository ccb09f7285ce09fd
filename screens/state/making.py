"""What one person asked for and takes its time: made beside the page, and kept while it holds."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from schedules.outputs.progress import Progress

_KEPT = 8

T = TypeVar("T")


class _CancelledError(Exception):
    """Ends the making of what nobody wants any more."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Making(Generic[T]):
    """Something in the making, such as a file: whole once ``content`` is there, before it nothing.

    ``name`` holds all that it is made of.
    """

    name: Hashable
    title: str
    share: float = 0.0
    content: T | None = None
    failed: bool = False
    cancelled: bool = False

    def answers(self, name: Hashable) -> bool:
        """Return whether it is made of exactly what is asked now."""
        return self.name == name

    def begin(self, make: Callable[[Progress], T]) -> None:
        """Begin to make it in a thread of its own."""
        threading.Thread(target=self.run, args=[make], daemon=True).start()

    def run(self, write: Callable[[Progress], T]) -> None:
        """Make it, until it is cancelled."""
        try:
            self.content = write(self._report)
        except _CancelledError:
            pass
        except Exception:
            self.failed = True
            raise

    def _report(self, share: float) -> None:
        if self.cancelled:
            raise _CancelledError
        self.share = share


@dataclasses.dataclass(slots=True, kw_only=True)
class Files:
    """The files of one session, by all that they are made of, and the one in the making."""

    kept: dict[Hashable, bytes] = dataclasses.field(default_factory=dict)
    making: Making[bytes] | None = None

    def write(self, name: Hashable, write: Callable[[], bytes]) -> bytes:
        """Return a file, made now unless it is kept."""
        if name not in self.kept:
            self._keep(name, write())
        return self.kept[name]

    def begin(self, name: Hashable, title: str, write: Callable[[Progress], bytes]) -> None:
        """Begin to make a file in a thread of its own."""
        self.cancel()
        self.making = Making(name=name, title=title)
        self.making.begin(write)

    def cancel(self) -> None:
        """Give up the file in the making."""
        if self.making is not None:
            self.making.cancelled = True
            self.making = None

    def collect(self) -> None:
        """Keep the file in the making if it is whole."""
        if self.making is not None and self.making.content is not None:
            self._keep(self.making.name, self.making.content)
            self.making = None

    def _keep(self, name: Hashable, content: bytes) -> None:
        self.kept[name] = content
        while len(self.kept) > _KEPT:
            del self.kept[next(iter(self.kept))]
