"""Who planned, who checked and what was given, in a store that only grows."""
