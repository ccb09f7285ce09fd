"""The ways out of a course, one module each."""
