"""How often each address and each name has tried to sign in during the last minute."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MINUTE_SECONDS = 60.0
# However many addresses somebody commands, no more are remembered; the oldest are forgotten.
MOST_REMEMBERED = 10_000
# A home or a rented machine is given this much of an IPv6 address, and may change the rest of it.
_ONE_NETWORK = 64


class Attempts:
    """At most so many attempts a minute of each; kept by this process alone."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with no attempt. Times are seconds of ``clock``."""
        self._most = most
        self._clock = clock
        self._lately: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, who: str) -> int:
        """Count an attempt and return 0, or return after how many seconds one may be made."""
        now = self._clock()
        times = self._lately.pop(who, deque())
        while times and times[0] <= now - MINUTE_SECONDS:
            times.popleft()
        refused = len(times) >= self._most
        if not refused:
            times.append(now)
        self._lately[who] = times
        if len(self._lately) > MOST_REMEMBERED:
            self._lately.popitem(last=False)
        # Up to the next whole second.
        return -int((now - times[0] - MINUTE_SECONDS) // 1) if refused else 0


def network(address: str) -> str:
    """Return what one person holds of an address: all of IPv4, the first half of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(int(parsed) >> _ONE_NETWORK)
    return address
