# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated hosts for the plays, as the end-to-end tests have them, and the table of the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from end_to_end import conftest as end_to_end
from plays.settings import SETTINGS, TROUBLES
from plays.uses import USES

#: The fixture that starts simulated hosts.
start = end_to_end.start

#: The property of a test's report that holds its case: role, use, setting, trouble.
CASE = "play"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--all-plays``: every pair; else a selection."""
    parser.addoption("--all-plays", action="store_true", help="every use of the roles with every setting and trouble")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table: for each use of a role, how many plays of a setting or a trouble held, of how many."""
    held: Counter[tuple[str, str]] = Counter()
    ran: Counter[tuple[str, str]] = Counter()
    for outcome, reports in terminalreporter.stats.items():
        for report in reports:
            for name, case in getattr(report, "user_properties", ()):
                if name == CASE and report.when == "call":
                    _role, use, setting, trouble = case
                    for row in (setting, trouble or "nothing"):
                        ran[row, use] += 1
                        held[row, use] += outcome == "passed"
    if ran and terminalreporter.config.getoption("--all-plays"):
        for line in table(ran, held):
            terminalreporter.write_line(line)


def table(ran: Counter[tuple[str, str]], held: Counter[tuple[str, str]]) -> Iterator[str]:
    """The result as two tables in Markdown."""
    for title, rows in (("The play", list(SETTINGS)), ("What happens to a host", ["nothing", *TROUBLES])):
        yield ""
        yield _line([title, *USES])
        yield _line(["---"] * (len(USES) + 1))
        for row in (row for row in rows if any(ran[row, use] for use in USES)):
            cells = [f"{held[row, use]} of {ran[row, use]}" if ran[row, use] else "" for use in USES]
            yield _line([row, *cells])
    yield ""
    yield f"{sum(held.values()) // 2} of {sum(ran.values()) // 2} plays held."


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
