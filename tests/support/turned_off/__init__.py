"""Controls turned off: what stands in the place of each, and where it is put.

``now`` puts one in place at the start of pytest, and of every program that a test starts (by
tests/support/listening). ``python -m tests.support.hazard_proof`` runs the tests.
"""
