"""Thunderbird without a window, which subscribes to a link or a file and tells what it shows.

It is no dependency of the tests (``apt-get install thunderbird``). It is driven by Marionette: its
own code subscribes, reads the link again and keeps the events in its own store.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.receiver import Line
from tests.support.running import free_port

_SECONDS = 60
# No first window asks for an account; times are told in UTC.
_SETTINGS = """
user_pref("marionette.port", {port});
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("calendar.timezone.useSystemTimezone", false);
user_pref("calendar.timezone.local", "UTC");
"""
_STARTED = ("thunderbird", "--headless", "--no-remote", "--marionette")
# The state of the calendar is kept between scripts in a module of Thunderbird's own: its manager.
_MANAGER = """
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const NAME = "posology";
const own = () => cal.manager.getCalendars().find(one => one.name == NAME);
const done = arguments[arguments.length - 1];
"""
_SUBSCRIBE = """
if (own()) cal.manager.removeCalendar(own());
const made = cal.manager.createCalendar("ics", Services.io.newURI(arguments[0]));
made.name = NAME;
const cached = made.getProperty("cache.supported");  // a file is not
made.setProperty("cache.enabled", cached);
cal.manager.registerCalendar(made);
done(own().getProperty("cache.enabled") == cached);
"""
_READ = """
const calendar = own();
const loaded = new Promise(resolve => {
  const observer = {
    QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
    onLoad() { calendar.removeObserver(observer); resolve(); },
    onError(_, code, message) { done("error " + code + message); },
    onStartBatch() {}, onEndBatch() {}, onAddItem() {}, onModifyItem() {}, onDeleteItem() {},
    onPropertyChanged() {}, onPropertyDeleting() {},
  };
  calendar.addObserver(observer);
});
calendar.refresh();
loaded.then(async () => {
  const wanted = Ci.calICalendar.ITEM_FILTER_TYPE_EVENT;
  const events = await calendar.getItemsAsArray(wanted, 0, null, null);
  done(events.filter(one => one.status != "CANCELLED").map(one => {
    const end = one.endDate.clone();
    if (end.isDate) end.day -= 1;
    return [one.id, one.startDate.icalString, end.icalString, one.title];
  }));
});
"""


@dataclasses.dataclass(slots=True)
class Thunderbird:
    """Thunderbird running, and the connection over which it is told what to do."""

    connection: socket.socket
    numbers: Iterator[int] = dataclasses.field(default_factory=itertools.count)

    def begin(self, url: str) -> None:
        """Subscribe to a link or a file, and forget the one before."""
        assert self._run(_SUBSCRIBE, url) is True

    def read(self) -> list[Line]:
        """Read it again, and return what stands in the calendar."""
        found = self._run(_READ)
        assert isinstance(found, list), found
        return [(uid, _shown(begin), _shown(end), title) for uid, begin, end, title in found]

    def ask(self, command: str, **parameters: Any) -> Any:
        """Return the answer to a command of Marionette."""
        message = json.dumps([0, next(self.numbers), command, parameters]).encode()
        self.connection.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.hear()
        assert error is None, error
        return result

    def hear(self) -> Any:
        """Return the next message: its length, a colon and so much JSON."""
        length = b""
        while not length.endswith(b":"):
            length += self._receive(1)
        return json.loads(self._receive(int(length[:-1])))

    def _receive(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            part = self.connection.recv(count - len(got))
            assert part, "Thunderbird has ended"
            got += part
        return got

    def _run(self, script: str, *arguments: str) -> Any:
        script = f"{_MANAGER}{script}"
        return self.ask("WebDriver:ExecuteAsyncScript", script=script, args=arguments)["value"]


@contextlib.contextmanager
def thunderbird() -> Iterator[Thunderbird]:
    """Start Thunderbird with a profile of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        (Path(profile) / "user.js").write_text(_SETTINGS.format(port=port), encoding="utf-8")
        with subprocess.Popen(
            [*_STARTED, "--remote-allow-system-access", "--profile", profile],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                with _connected(port) as connection:
                    program = Thunderbird(connection)
                    program.hear()  # it says first who it is
                    program.ask("WebDriver:NewSession")
                    program.ask("WebDriver:SetTimeouts", script=_SECONDS * 1000)
                    program.ask("Marionette:SetContext", value="chrome")
                    yield program
            finally:
                process.terminate()


def _connected(port: int) -> socket.socket:
    until = time.monotonic() + _SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _shown(when: str) -> str:
    """Return a time such as 20261130T090000Z, or a day, as a person reads it."""
    day = f"{when[:4]}-{when[4:6]}-{when[6:8]}"
    if "T" not in when:
        return day
    assert when.endswith("Z"), when
    return f"{day} {when[9:11]}:{when[11:13]}"
