"""One visitor of a page of Streamlit: its own session over a websocket, as a browser has it."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

# A busy machine is no defect: only a server that has gone silent is.
_SILENCE_SECONDS = 120
# "$$ID-<hash>-<the key that the script gave it>"
_ID = re.compile(r"\$\$ID-[^-]+-(?P<key>.+)")


class PageFailedError(RuntimeError):
    """The script of the page did not come to its end, or showed an error."""


@dataclasses.dataclass(frozen=True, slots=True)
class Widget:
    """A widget as the page shows it: its id, the fragment that it reruns, and its options."""

    id: str
    fragment: str
    options: tuple[str, ...]


@contextlib.contextmanager
def visiting(port: int, page: str = "") -> Iterator[Visitor]:
    """Open a page of a server on this machine, and end the session when the block is left.

    It is named as in its address; without a name it is the first one.
    """
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    with connect(address, max_size=None, open_timeout=_SILENCE_SECONDS) as socket:
        visitor = Visitor(socket)
        visitor.open(page)
        yield visitor


class Visitor:
    """Fills in the fields of a page by their keys, and waits until it is drawn again."""

    def __init__(self, socket: ClientConnection) -> None:
        """Use a connection on which nothing was said yet."""
        self._socket = socket
        self._script = ""
        self._widgets: dict[str, Widget] = {}
        self._values: dict[str, str] = {}
        self._known: dict[str, ForwardMsg] = {}
        self._drawn: list[Any] = []

    def open(self, page: str) -> None:
        """Ask for a page by its name in the address; without one, for the first."""
        self._rerun(page=page)

    def fill_in(self, values: dict[str, str]) -> None:
        """Give several fields their values at once; of options the one that begins so.

        A field that another one brings up is given its value once it is there.
        """
        later = {key: value for key, value in values.items() if key not in self._widgets}
        values = {key: value for key, value in values.items() if key not in later}
        if later and not values:
            raise LookupError(f"the page has no field {', '.join(later)}")
        for key, value in values.items():
            options = self._widgets[key].options
            self._values[key] = next((o for o in options if o.startswith(value)), value)
        fragments = {self._widgets[key].fragment for key in values}
        self._rerun(fragments.pop() if len(fragments) == 1 else "")
        if later:
            self.fill_in(later)

    @property
    def text(self) -> str:
        """Return the text and HTML that the last run has drawn."""
        return "\n".join(
            element.html.body if kind == "html" else getattr(element, kind).body
            for element in self._drawn
            for kind in [element.WhichOneof("type")]
            if kind in {"html", "text", "markdown"}
        )

    def _rerun(self, fragment: str = "", page: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.page_name = page
        state.page_script_hash = self._script
        state.fragment_id = fragment
        state.cached_message_hashes.extend(self._known)
        for key, value in self._values.items():
            if key in self._widgets:
                state.widget_states.widgets.add(id=self._widgets[key].id, string_value=value)
        self._socket.send(message.SerializeToString())
        self._drawn = []
        while not self._take_in(self._receive()):
            pass

    def _receive(self) -> ForwardMsg:
        received = self._socket.recv(timeout=_SILENCE_SECONDS)
        message = ForwardMsg()
        message.ParseFromString(received.encode() if isinstance(received, str) else received)
        if message.WhichOneof("type") == "ref_hash":
            return self._known[message.ref_hash]
        if message.metadata.cacheable:
            self._known[message.hash] = message
        return message

    def _take_in(self, message: ForwardMsg) -> bool:
        """Take in what the server says; return whether it has drawn the page."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._script = message.new_session.page_script_hash
        elif kind == "navigation":  # which page it came to: the session is named after the first
            self._script = message.navigation.page_script_hash
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take_element(message.delta)
        elif kind == "script_finished":
            status = message.script_finished
            if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                raise PageFailedError("the script of the page could not be compiled")
            return status != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _take_element(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type") or ""
        if kind == "exception":
            raise PageFailedError(f"{element.exception.type}: {element.exception.message}")
        self._drawn.append(element)
        shown: Any = getattr(element, kind) if kind else None
        found = _ID.fullmatch(getattr(shown, "id", ""))
        if found:
            options = tuple(getattr(shown, "options", ()))
            self._widgets[found["key"]] = Widget(shown.id, delta.fragment_id, options)
            if kind == "text_input":
                self._values.setdefault(found["key"], shown.default)
