# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a change would go through, and what it would cost: the module iis_preflight.

The answers are those of the modules that make the change, in check mode. Nothing is asked twice, and nothing changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..context import Context
from ..interruptions import forget, service_of
from ..isolation.read import modes_of, read_isolation_mode
from ..model.isolation import W3SVC, IsolationMode
from ..model.sites import SiteState
from ..naming import listed
from ..outage.report import pending_words
from ..outage.sessions import Sessions, read_sessions
from ..outcome import IisError, Outcome, attempt
from ..pools.recycle import check_names, plan_recycling
from ..services.ensure import ensure_service
from ..services.iisreset import is_enabled
from ..services.options import ServiceOptions, check_options
from ..sites.read import read_states_of
from ..versions import assumed, consult
from ..waiting import Deadline
from ..windows.control import wait_for_services
from ..windows.services import ServiceState
from .options import PreflightOptions, Running
from .proof import mode_not_in_effect, read_proven_services, still_down, what_is_down
from .reading import ReadOnce

_STOPPED = ServiceState.STOPPED

_START_WHAT_RAN = "Start what ran with fleetops.iis.iis_service: state=started."

#: Services or sites by key, with their states, as iis_service returns them.
_States = Mapping[str, Mapping[str, str]]

#: Sites that serve, or are about to.
_UP = ("started", "starting", "continuing")


def ensure_ready(context: Context, options: PreflightOptions) -> Outcome:
    """Look at a change of the isolation mode, a restart or a recycling; with ``running``, prove that one ended well.

    Three requests where the wanted mode is in effect. With ``gate``, trouble raises IisError; it always does for
    options that contradict each other.
    """
    restart = options.restart(None)
    if options.app_pools is not None:
        check_names(options.app_pools)
    elif restart:
        check_options(restart)
    preflight = _Preflight(context, options)
    preflight.run()
    values = preflight.values()
    if options.gate and preflight.trouble:
        raise IisError(" ".join(preflight.trouble), values=values)
    return Outcome(changed=False, values=values)


class _Preflight:
    def __init__(self, context: Context, options: PreflightOptions) -> None:
        host = ReadOnce(context.host, context.clock)
        self.context = context
        self.note = context.notes.read()
        self.look = replace(context, host=host, clock=host, check_mode=True)
        self.options = options
        self.trouble: list[str] = []
        self.isolation: IsolationMode | None = None
        self.is_in_effect = False
        self.nothing_to_do = False
        self.interrupted: dict[str, Any] | None = None
        self.costs: dict[str, Any] | None = None
        self.running: Running | None = None
        self.unsaved: bool | None = None
        self.iisreset_enabled: bool | None = None
        self.cost = ""

    def run(self) -> None:
        wanted = self.options.mode
        # A restart takes place whether there is a mode to be read or not.
        self.isolation = attempt(self.read_mode, self.trouble if wanted else [])
        missing = mode_not_in_effect(self.isolation, wanted) if self.isolation and wanted else []
        if not self.options.running:
            self.look_back()
        self.is_in_effect = bool(self.isolation and wanted and not missing)
        self.nothing_to_do = self.is_in_effect and not self.interrupted and not self.note.unsaved
        if self.options.running:
            self.prove(self.options.running, missing)
        elif self.options.app_pools is not None:
            self.foresee_recycling(self.options.app_pools)
        elif not self.nothing_to_do and not self.trouble:
            self.foresee()
        self.trouble[:0] = self.options.trouble

    def read_mode(self) -> IsolationMode:
        """Read the mode; for a proof together with the services that have to run."""
        running = self.options.running
        services = read_proven_services(self.look, running.services) if running else None
        return read_isolation_mode(self.look, services)

    def look_back(self) -> None:
        """See what a run that was interrupted left down or paused."""
        if not self.note.services and not self.note.sites:
            return
        down = attempt(lambda: still_down(self.look, self.note), self.trouble)
        if down and down.is_empty:
            forget(self.context, services=self.note.services, sites=self.note.sites)
        elif down:
            self.interrupted = {"since": f"{self.note.since:%Y-%m-%dT%H:%M:%S+00:00}", **down.as_values()}
        if self.interrupted and self.trouble:
            self.trouble.append(f"{self.interruption()} {_START_WHAT_RAN}")

    def prove(self, running: Running, missing: list[str]) -> None:
        self.trouble += missing
        down = attempt(lambda: what_is_down(self.look, running, self.options.patience), self.trouble)
        self.trouble += down or []
        self.running = running

    def foresee(self) -> None:
        """Ask what setting the mode, saving and restarting would meet."""
        wanted = self.options.mode
        if self.isolation and wanted and self.isolation.configured is not wanted:
            attempt(lambda: modes_of(assumed(self.look)).check(self.look), self.trouble)
        unsaved = attempt(self.check_save, self.trouble)
        self.unsaved = True if unsaved is None and self.note.unsaved else unsaved
        restart = self.options.restart(self.isolation)
        if restart is None or (self.is_in_effect and not self.interrupted):
            self.take({}, {}, None)
            return
        outcome = attempt(lambda: self.foresee_restart(restart), self.trouble)
        if restart.by_iisreset(assumed(self.look).family):
            self.iisreset_enabled = attempt(lambda: is_enabled(self.look), [])
        if outcome:
            self.take(outcome.values["services"], outcome.values["sites"], outcome.values["sessions_cut"])
            self.cost = outcome.cost
            if not wanted and not self.brings_back(outcome.values["services"]):
                self.trouble.append(f"{self.interruption()} {_START_WHAT_RAN}")

    def foresee_restart(self, restart: ServiceOptions) -> Outcome:
        """Ask what a restart would meet, once no service is on its way. Raises IisError for one that stays on it.

        Services are waited for as long as the restart itself would.
        """
        outcome = ensure_service(self.look, restart)
        moving = [key for key, it in outcome.values["services"].items() if ServiceState(it["before"]).is_pending]
        if not moving:
            return outcome
        deadline = Deadline.after(self.look, self.options.patience, "restart IIS")
        seen = wait_for_services(
            self.look, moving, lambda now: not any(it.state.is_pending for it in now.values()), deadline
        )
        hung = [service for service in seen.values() if service.state.is_pending]
        if hung:
            raise IisError(pending_words(hung, deadline.seconds))
        return ensure_service(self.look, restart)

    def brings_back(self, services: _States) -> bool:
        """Whether a restart that ends with the services so starts everything that an interrupted run left down."""
        left = Running.of(self.interrupted or {})
        keys = {*left.services, *map(service_of, left.sites)}
        return all(key in services and services[key]["after"] == str(ServiceState.STARTED) for key in keys)

    def foresee_recycling(self, names: tuple[str, ...]) -> None:
        """Ask what recycling application pools would meet. It stops nothing, so it brings nothing back either."""
        if self.interrupted:
            self.trouble.append(f"{self.interruption()} {_START_WHAT_RAN}")
        plan = attempt(lambda: plan_recycling(self.look, names, timeout=0), self.trouble)
        if plan is None:
            return
        sites = attempt(lambda: read_states_of(self.look, (W3SVC,)), self.trouble) or {}
        nothing = Running((), (), tuple(pool.name for pool in plan.busy))
        self.costs = {**nothing.as_values(), "sessions": read_sessions(self.look, ())}
        self.running = Running(
            (W3SVC,),
            tuple(key for key, site in sites.items() if site.state is SiteState.STARTED),
            tuple(pool.name for pool in plan.pools),
        )
        self.cost = plan.cost

    def check_save(self) -> bool | None:
        """Find out whether a save would work. Returns whether it is needed, as far as that can be known."""
        timeout = self.options.save_timeout
        return consult(self.look, lambda server: server.keeper.is_unsaved(self.look, timeout=timeout))

    def take(self, services: _States, sites: _States, sessions: Sessions | None) -> None:
        """Make costs, and what has to run again, of what iis_service returns in check mode."""
        up = Running(
            tuple(key for key, it in services.items() if ServiceState(it["before"]).settles_as is not _STOPPED),
            tuple(key for key, it in sites.items() if it["before"] in _UP),
        )
        self.costs = {**up.as_values(), "sessions": sessions or read_sessions(self.look, ())}
        self.running = up.joined(Running.of(self.interrupted)) if self.interrupted else up

    def values(self) -> dict[str, Any]:
        seen = self.isolation.as_values() if self.isolation else {}
        return {
            "ready": not self.trouble,
            "trouble": self.trouble,
            "nothing_to_do": self.nothing_to_do,
            "restart_pending": seen.get("restart_pending"),
            "configured_mode": seen.get("configured_mode"),
            "running_mode": seen.get("running_mode"),
            "costs": self.costs,
            "unsaved": self.unsaved,
            "iisreset_enabled": self.iisreset_enabled,
            "running": self.running.as_values() if self.running else None,
            "interrupted": self.interrupted,
            "msg": self.summary(),
        }

    def interruption(self) -> str:
        """Say what was interrupted, and what it left down."""
        if not self.interrupted:
            return ""
        down = [*self.interrupted["services"], *self.interrupted["sites"]]
        since = self.interrupted["since"]
        return f"An outage that began at {since} was interrupted, and left down or paused {listed(down)}."

    def summary(self) -> str:
        mode = f"{self.options.mode.value} mode" if self.options.mode else ""
        if self.options.running:
            words = "Everything runs that has to run"
            words += f", and {mode} is in effect." if mode else "."
        elif self.nothing_to_do and not self.trouble:
            return f"{mode} is in effect: there is nothing to do."
        elif self.options.app_pools is not None:
            words = "Ready to recycle application pools."
        else:
            words = f"Ready to switch to {mode}." if mode else "Ready to restart."
            words = f"{mode} is in effect." if self.is_in_effect else words
            words += " An earlier run changed the metabase and didn't get it saved." if self.note.unsaved else ""
        return " ".join(self.trouble) or " ".join(filter(None, (words, self.interruption(), self.cost)))
