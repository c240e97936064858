# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, and the count of cases at the end of a run."""

from __future__ import annotations

from collections import Counter

import pytest

#: The property of a test's report that holds how many cases it tried, how many requests were reached, how many held.
CASES = "cases"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--everywhere``: every operation, every trouble, every request; else a short selection."""
    parser.addoption("--everywhere", action="store_true", help="trouble every request of every operation")


@pytest.fixture(autouse=True)
def own_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine trusts is no business of the simulated hosts (requests prefers these to its own options)."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases ran and how many held."""
    tried: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, value in report.user_properties:
                    if name == CASES:
                        group, ran, held = value
                        tried[f"{group}: ran"] += ran
                        tried[f"{group}: held"] += held
    for group in sorted({name.rpartition(":")[0] for name in tried}):
        ran, held = tried[f"{group}: ran"], tried[f"{group}: held"]
        terminalreporter.write_line(f"{group}: {ran} cases ran, {held} held")
