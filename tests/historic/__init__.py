"""Accidents that happened, walked through this program as the person did: one file a case.

Each file says what happened and where that was read. What is asserted is the level and the words
with which the program stops or warns, or what it prints where it cannot know better.
"""
