"""Settings that hold for every test, and what the summary of a run says."""

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

# No test has a time limit: a busy machine is no defect. Speed is measured in benchmarks/.
settings.register_profile("posology", deadline=None)
settings.load_profile("posology")


@pytest.fixture(scope="session", autouse=True)
def records_of_the_tests() -> Iterator[None]:
    """Keep every test away from the records beside the program, and from what a start kept."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"POSOLOGY_DATA": folder, "POSOLOGY_NO_CACHE": "1"}
        yield
        del os.environ["POSOLOGY_DATA"], os.environ["POSOLOGY_NO_CACHE"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how many of the wrong figures were refused, over all files that were tried."""
    count = {"figures tried": 0, "figures refused": 0}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, number in report.user_properties:
                    if name in count:
                        count[name] += number
    tried, refused = count.values()
    if tried:
        share = 100 * refused / tried
        terminalreporter.write_line(
            f"Wrong figures in knowledge files: {refused} of {tried} refused ({share:.2f} %)."
        )
