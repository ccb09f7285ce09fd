"""Rules that the whole tree holds: its shape, its pages, its outputs, its package."""
