"""Published equations, each beside its source."""
