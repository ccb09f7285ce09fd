"""Patients for whom the files say something, and those for whom they say nothing."""
