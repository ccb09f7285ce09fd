"""Files that one person asked for: made beside the page, and kept while their course stands."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Hashable

from schedules.outputs.progress import Progress

_KEPT = 8


class _CancelledError(Exception):
    """Ends a writer whose file nobody wants any more."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Making:
    """A file in the making. It is whole once ``content`` is there; before that there is nothing."""

    name: Hashable
    title: str
    share: float = 0.0
    content: bytes | None = None
    failed: bool = False
    cancelled: bool = False

    def run(self, write: Callable[[Progress], bytes]) -> None:
        """Make the file, until it is cancelled."""
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
    making: Making | None = None

    def write(self, name: Hashable, write: Callable[[], bytes]) -> bytes:
        """Return a file, made now unless it is kept."""
        if name not in self.kept:
            self._keep(name, write())
        return self.kept[name]

    def begin(self, name: Hashable, title: str, write: Callable[[Progress], bytes]) -> None:
        """Begin to make a file in a thread of its own."""
        self.cancel()
        self.making = making = Making(name=name, title=title)
        threading.Thread(target=making.run, args=[write], daemon=True).start()

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
