"""The tests: they mirror the tree, beside cases from outside, golden courses and house rules."""
