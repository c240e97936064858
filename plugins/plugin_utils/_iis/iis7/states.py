# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of sites and application pools of IIS 7 and later, by number and by appcmd's word. Pure."""

from __future__ import annotations

import enum


class State(enum.Enum):
    """What GetState returns (site-getstate-method, applicationpool-getstate-method of iis-docs).

    UNKNOWN is what a host says whose services don't run, or whose caller's token isn't elevated: never taken for
    stopped.
    """

    STARTING = 0
    STARTED = 1
    STOPPING = 2
    STOPPED = 3
    UNKNOWN = 4

    @property
    def word(self) -> str:
        """The state as the modules name it."""
        return self.name.lower()


def by_number(number: int | None) -> State:
    """The state of a number; UNKNOWN for one that isn't documented."""
    return State(number) if number in {state.value for state in State} else State.UNKNOWN


def by_word(word: str | None) -> State:
    """The state of appcmd's word, which is English on every Windows; UNKNOWN for any other."""
    return State.__members__.get((word or "").upper(), State.UNKNOWN)


#: Current Application Pool State of the counters of APP_POOL_WAS that say a pool runs, and that it was stopped (field:
#: opentelemetry-collector-contrib 42586). The others are on their way, or say nothing certain.
_BY_COUNTER = {3: State.STARTED, 5: State.STOPPED}


def by_counter(number: int | None) -> State:
    """The state of a pool by its counter; UNKNOWN for all that doesn't say started or stopped."""
    return _BY_COUNTER.get(number or 0, State.UNKNOWN)
