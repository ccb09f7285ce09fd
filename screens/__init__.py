"""The face in the browser: one file a page, which asks, calls and shows."""
