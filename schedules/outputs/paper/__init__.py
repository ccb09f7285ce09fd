"""The printed papers: one module for each person who holds one in the hand."""
