"""The face in the browser: one file a page, which asks, calls and shows."""

import gc

# Python looks for garbage after every 700 new objects, which a page makes at each letter that is
# typed: a twentieth of its time. Set before the other modules are imported: their classes alone
# would have it walk over everything twice. Old sessions are looked at more often instead: with
# Python's own 10 and 10, memory over 500 sessions grew by a sixth.
gc.set_threshold(10_000, 5, 2)
