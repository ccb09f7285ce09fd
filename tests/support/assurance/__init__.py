"""Compares the program with what shares no code with it, a million times."""
