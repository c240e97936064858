# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine without IIS on a clock that only moves when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import pytest

from simulator.clock import VirtualClock
from simulator.machine import Account, Machine
from simulator.windows.console import Console

EPOCH = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)
OPERATOR = Account("operator", "secret")
GUEST = Account("guest", "secret", admin=False)


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(EPOCH)


@pytest.fixture
def machine(clock: VirtualClock, tmp_path: Path) -> Machine:
    return Machine("web1", clock, tmp_path, (OPERATOR, GUEST))


@pytest.fixture
def run(machine: Machine, clock: VirtualClock) -> Run:
    """Run a command line on the machine until it ends."""

    def _run(line: str, *, shell: bool = True, account: Account = OPERATOR, stdin: str | None = "") -> Ran:
        async def work() -> Ran:
            console = Console(account=account)
            if stdin is not None:
                console.stdin.put_nowait(stdin)
                console.stdin.put_nowait(None)
            code = await clock.finish(machine.start_command(line, console, shell=shell).wait())
            return Ran(code, console.stdout, console.stderr)

        return asyncio.run(work())

    return _run
