# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated time."""

from __future__ import annotations

import asyncio

import pytest

from simulator.clock import RealClock, VirtualClock


def test_timers_run_in_order_and_at_their_time(clock: VirtualClock):
    seen: list[tuple[str, float]] = []
    clock.call_later(2, lambda: seen.append(("second", clock.monotonic())))
    clock.call_later(1, lambda: clock.call_later(0.5, lambda: seen.append(("first", clock.monotonic()))))
    clock.call_later(1, lambda: seen.append(("cancelled", 0))).cancel()
    clock.advance(10)
    assert seen == [("first", 1.5), ("second", 2)]
    assert clock.monotonic() == 10


def test_work_can_be_finished_without_waiting(clock: VirtualClock):
    async def work() -> str:
        for _time in range(5):
            await clock.sleep(60)
        return "done"

    assert asyncio.run(clock.finish(work())) == "done"
    assert clock.monotonic() == 300


def test_work_that_never_ends_is_given_up(clock: VirtualClock):
    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(TimeoutError):
        asyncio.run(clock.finish(forever()))


def test_real_time_can_run_faster():
    now = [100.0]
    clock = RealClock(lambda: now[0], speed=10)
    seen: list[float] = []
    clock.call_later(25, lambda: seen.append(clock.monotonic()))
    now[0] = 102
    clock.catch_up()
    assert not seen
    now[0] = 103
    clock.catch_up()
    assert (seen, clock.monotonic()) == ([25], 30)
