# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a play around a role can be set to, and what can happen to one of its hosts meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from end_to_end.conftest import SECONDS, Host

from simulator.faults import Effect, Rule
from simulator.wire.service import Summary

ROLES = ("isolation_mode", "safe_restart")


@dataclass(frozen=True)
class Setting:
    """Keywords of the play and of the role's entry, options of the command, variables of its environment."""

    play: Mapping[str, Any] = field(default_factory=dict)
    entry: Mapping[str, Any] = field(default_factory=dict)
    options: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Hosts that the run doesn't reach at all.
    left_out: frozenset[str] = frozenset()
    #: Nothing may be changed.
    dry: bool = False
    #: One host's failure may end the play for the others before they were touched.
    ends_all: bool = False
    #: Seconds that each service of the hosts takes to start and to stop.
    seconds: float = SECONDS


SETTINGS: Mapping[str, Setting] = {
    "plain": Setting(),
    "any_errors_fatal": Setting(play={"any_errors_fatal": True}, ends_all=True),
    "any_errors_fatal in the environment": Setting(environment={"ANSIBLE_ANY_ERRORS_FATAL": "1"}, ends_all=True),
    "ignore_errors on the play": Setting(play={"ignore_errors": True}),
    "ignore_errors on the entry": Setting(entry={"ignore_errors": True}),
    "ignore_unreachable": Setting(play={"ignore_unreachable": True}),
    "max_fail_percentage 0": Setting(play={"max_fail_percentage": 0}, ends_all=True),
    "serial 1": Setting(play={"serial": 1}, ends_all=True),
    "strategy free": Setting(play={"strategy": "ansible.builtin.free"}),
    "strategy host_pinned": Setting(play={"strategy": "ansible.builtin.host_pinned"}),
    "force_handlers": Setting(play={"force_handlers": True}),
    "check mode of the play": Setting(options=["--check"], dry=True),
    "check mode of the entry": Setting(entry={"check_mode": True}, dry=True),
    "tags": Setting(entry={"tags": ["iis"]}, options=["--tags", "iis"]),
    "--limit": Setting(options=["--limit", "web01"], left_out=frozenset({"web02", "web03"})),
    "become": Setting(play={"become": True, "become_method": "ansible.builtin.runas", "become_user": "SYSTEM"}),
    # Shorter than a restart.
    "a timeout of tasks": Setting(play={"timeout": 4}, seconds=1.0),
}


@dataclass
class Silence(Rule):
    """From the first request that matches on, the host takes every request and answers none."""

    effect: Effect = Effect.CUT_AFTER
    silent: bool = field(default=False, init=False)

    def strikes(self, summary: Summary) -> bool:
        """Whether the host is silent by now."""
        self.silent = self.silent or super().strikes(summary)
        return self.silent


def refused(host: Host) -> None:
    """The host can't be restarted: IISReset is disabled."""
    host.act("disable_iisreset")


def write_refused(host: Host) -> None:
    """The host takes no change of a property, however it is asked."""
    host.fault(Rule(Effect.FAULT, action="Put", code=5, count=0))
    host.fault(Rule(Effect.FAULT, action="Command", query="adsutil", code=5, count=0))


def save_refused(host: Host) -> None:
    """The metabase can't be written, which only an attempt shows."""
    host.act("metabase_lock")


def start_fails(host: Host) -> None:
    """The Web service doesn't start any more once it is stopped."""
    for _start in range(8):
        host.act("fail_next_start", service="W3SVC")
    host.fault(Rule(Effect.FAULT, action="Invoke", class_name="Win32_Service", method="StartService", code=5, count=0))


def silent(**request: Any) -> Callable[[Host], None]:
    """The host can't be reached any more, from this request on."""

    def cut(host: Host) -> None:
        host.fault(Silence(**request))

    return cut


@dataclass(frozen=True)
class Trouble:
    """What happens to web02. ``certain``: it doesn't reach its end, whatever else."""

    make: Callable[[Host], None]
    certain: bool = True
    roles: Sequence[str] = ROLES


TROUBLES: Mapping[str, Trouble] = {
    "the reset is refused": Trouble(refused),
    "the change is refused": Trouble(write_refused, roles=["isolation_mode"]),
    "the save is refused": Trouble(save_refused),
    "the Web service doesn't start again": Trouble(start_fails),
    "unreachable from the start": Trouble(silent()),
    "unreachable while it is looked at": Trouble(silent(nth=6)),
    "unreachable when it is changed": Trouble(silent(action="Put"), roles=["isolation_mode"]),
    "unreachable when it is saved": Trouble(silent(method="SaveData")),
    "unreachable when it is reset": Trouble(silent(action="Command", query="restart")),
    "unreachable when it is proven": Trouble(silent(nth=75), certain=False),
}
