"""Reads the knowledge files, proves them, and helps to write them."""
