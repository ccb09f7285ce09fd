"""Settings that hold for every test."""

from hypothesis import settings

# No test has a time limit: a busy machine is no defect. Speed is measured in benchmarks/.
settings.register_profile("posology", deadline=None)
settings.load_profile("posology")
