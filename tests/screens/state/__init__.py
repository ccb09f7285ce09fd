"""Tests of what a session keeps and what all sessions share."""
