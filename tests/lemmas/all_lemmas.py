"""Every lemma, room by room."""

from __future__ import annotations

from tests.lemmas import bands, caps, dates, dealing, ladders, rounding
from tests.lemmas.claim import LEMMAS

ROOMS = (rounding, caps, dealing, bands, dates, ladders)
ALL = tuple(LEMMAS)
