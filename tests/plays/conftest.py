# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated hosts for the plays, as the end-to-end tests have them."""

from __future__ import annotations

import pytest
from end_to_end import conftest as end_to_end

#: The fixture that starts hosts.
start = end_to_end.start


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--all-plays``: every pair; else a selection."""
    parser.addoption("--all-plays", action="store_true", help="every use of the roles with every setting and trouble")
