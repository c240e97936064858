# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebooting the machine, and knowing that it has booted and that IIS answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ..._wsman.errors import Fault, HostUnreachable
from ..context import Context
from ..outage.outage import Outage
from ..outage.report import Report
from ..outcome import IisError, Outcome
from ..waiting import Deadline, TimedOut, patiently, wait_until
from ..windows.control import wait_for_services
from ..windows.dependencies import Dependencies
from ..windows.graph import read_graph
from ..windows.programs import ProgramRun, run_program
from ..windows.services import Service, ServiceState, StartMode
from ..windows.system import Boot, read_boot
from .iisreset import QUICK, run_iisreset
from .internet import read_internet_services
from .options import GRACE, USE_SCM, ServiceOptions
from .recovering import RecoveryChange
from .report import Result, stays_down
from .reset_access import may_use_iisreset

_ATTEMPTED = "reboot the machine"

#: Seconds that shutdown waits, so that the answer to it still arrives, where they don't make it close programs.
_NOTICE = 5
_AT_ONCE = 0

#: The exit codes of a console program that the shutdown itself ended: DBG_TERMINATE_PROCESS, STATUS_CONTROL_C_EXIT.
_ENDED_BY_SHUTDOWN = frozenset({0x40010004, 0xC000013A})
#: ERROR_SHUTDOWN_USERS_LOGGED_ON
_USERS_LOGGED_ON = 1191


def reboot(context: Context, options: ServiceOptions) -> Outcome:
    """Reboot the host, and return when the services and sites that start automatically run again.

    By ``iisreset /reboot``, or with method ``scm`` by ``shutdown``. Raises IisError, or HostUnreachable when the
    host doesn't come back in time.
    """
    dependencies = Dependencies(context)
    family, services = read_internet_services(dependencies)
    by_iisreset = options.by_iisreset(family) and may_use_iisreset(
        context, services, _ATTEMPTED, otherwise="shutdown" if options.when_iisreset_disabled == USE_SCM else None
    )
    up = frozenset(key for key, service in services.items() if service.state.settles_as is not ServiceState.STOPPED)
    back, starting = _coming_back(dependencies, services, up, ran=up | context.notes.read().services)
    outage = Outage(context, Report(services, frozenset(services), up, back), _ATTEMPTED)
    outage.warn_of_sites()
    for key in sorted(up - starting):
        context.operator.warn(
            f"{services[key].title} runs, but isn't set to start automatically: a reboot leaves it stopped."
        )
    result = Result(outage.report, RecoveryChange(context, None, {}))
    if context.check_mode:
        result.method, result.steps = _method(by_iisreset), [_ATTEMPTED]
        outage.predict(_after_boot(services, starting))
        cost = f"Would reboot the machine, with all that it does besides IIS. {outage.report.cost()}"
        return replace(result.outcome(True), cost=cost)
    deadline = Deadline.after(context, options.seconds, _ATTEMPTED)
    try:
        deadline = outage.prepare(options.drain, save_timeout=options.saving, deadline=deadline)
    except IisError as failure:
        failure.values = {**result.values(), **failure.values}
        raise
    try:
        # Draining and saving take minutes, in which much may happen to a clock.
        before = read_boot(context)
    except BaseException:
        outage.release()
        raise
    outage.begin()
    context.operator.progress("Rebooting the host")
    try:
        _order(context, before, by_iisreset, force=options.force)
    except IisError as failure:
        failure.message = f"{failure.message} {outage.call_off()}".rstrip()
        failure.values = {**result.values(), **failure.values}
        raise
    result.method, result.steps = _method(by_iisreset), [_ATTEMPTED]
    _wait_for_boot(context, before, deadline)
    outage.see_services(_wait_for_services(context, services, back, starting, deadline))
    down = _down(outage.report, back)
    failing = [*down.values(), *outage.sites_as_before(back - down.keys(), deadline, only_automatic=True)]
    for key, words in _down(outage.report, starting - back).items():
        ran_by_hand = f"{words} after the reboot. It ran before, but isn't set to start automatically."
        context.operator.warn(ran_by_hand if key in up else stays_down(words, "the reboot"))
    if failing:
        raise IisError(
            f"The host has rebooted, but IIS doesn't serve as before: {'; '.join(failing)}. Check its System event "
            "log, and start what is missing with state=started.",
            values=result.values(),
            changed=True,
        )
    outage.end(services)
    return result.outcome(True)


def _method(by_iisreset: bool) -> str:
    return "iisreset" if by_iisreset else "shutdown"


def _after_boot(services: Mapping[str, Service], back: Collection[str]) -> dict[str, Service]:
    return {
        key: replace(service, state=ServiceState.STARTED if key in back else ServiceState.STOPPED)
        for key, service in services.items()
    }


def _coming_back(
    dependencies: Dependencies, services: Mapping[str, Service], up: Collection[str], *, ran: Collection[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The services that have to run after a boot, and with them all that it starts.

    A boot starts the automatic ones, and those of the running (``up``) that these need (HTTPFilter). They have to run
    as far as they ran before: one that was stopped may be unable to start, and then no reboot changes that.
    """
    automatic = {key for key, service in services.items() if service.start_mode is StartMode.AUTO}
    others = {key for key in up if services[key].start_mode is StartMode.MANUAL}
    graph = read_graph(dependencies, services, downwards=sorted(others), upwards=())

    def with_needed(keys: Collection[str]) -> frozenset[str]:
        return frozenset(keys).union(key for key in others if not graph.with_dependents([key]).isdisjoint(keys))

    return with_needed(automatic.intersection(ran)), with_needed(automatic)


def _order(context: Context, before: Boot, by_iisreset: bool, *, force: bool) -> None:
    """Order the reboot. A lost answer is no failure: the boot time will show, and the uptime.

    Where a notice makes it close programs by force, and that isn't asked for, there is none.
    """
    if by_iisreset:
        switches = ("/REBOOT",) if force else ("/REBOOT", "/NOFORCE")
        run: ProgramRun = run_iisreset(context, *switches, timeout=QUICK)
    else:
        notice = _AT_ONCE if before.system.notice_closes_programs and not force else _NOTICE
        run = run_program(context, "shutdown", "-r", "-t", str(notice), *(["-f"] if force else []), timeout=QUICK)
    if run.exit_code not in (0, None) and run.exit_code not in _ENDED_BY_SHUTDOWN:
        raise IisError(f"Couldn't {_ATTEMPTED}: {run.words()}. {_instead(run, by_iisreset)}".rstrip())


def _instead(run: ProgramRun, by_iisreset: bool) -> str:
    if by_iisreset:
        return "Use method=scm to reboot it with shutdown instead."
    if run.exit_code == _USERS_LOGGED_ON:
        return "Users are logged on to it. With force=true they are logged off, and what they haven't saved is lost."
    return ""


def _wait_for_boot(context: Context, before: Boot, deadline: Deadline) -> None:
    context.operator.progress("Waiting for the host to boot")

    def read() -> bool:
        """Whether it has booted. A host that goes down or comes up may refuse what it is asked."""
        try:
            return before.is_followed_by(read_boot(context))
        except Fault:
            return False

    try:
        wait_until(context, lambda: patiently(context, deadline, read), bool, deadline.left)
    except TimedOut as late:
        raise IisError(
            f"The host was ordered to reboot, but has not done so within {late.waited:.0f} s: it still answers, and "
            "its last boot is the one before. A program or a user on the console may be holding it back; force=true "
            "closes programs.",
            changed=True,
        ) from None
    except HostUnreachable as gone:
        raise HostUnreachable(f"The host was ordered to reboot and has not come back in time. {gone}") from gone


def _wait_for_services(
    context: Context,
    services: Mapping[str, Service],
    back: Collection[str],
    starting: Collection[str],
    deadline: Deadline,
) -> dict[str, Service]:
    """Wait for the services that have to run (``back``), and then a little for the others that a boot starts."""
    context.operator.progress("The host has booted; waiting for IIS")
    serves_since: float | None = None

    def arrived(now: dict[str, Service]) -> bool:
        nonlocal serves_since

        def run(keys: Collection[str]) -> bool:
            return all(key in now and now[key].state is ServiceState.STARTED for key in keys)

        if not run(back):
            return False
        moment = context.clock.monotonic()
        if serves_since is None:
            serves_since = moment
        return run(starting) or moment - serves_since >= GRACE

    return wait_for_services(context, [service.name for service in services.values()], arrived, deadline)


def _down(report: Report, keys: Collection[str]) -> dict[str, str]:
    """Those of the services (keys) that don't run, each with its name and state in words."""
    now = report.services_after
    return {
        key: f"{report.services[key].title} is {now[key].state if key in now else 'gone'}"
        for key in sorted(keys)
        if key not in now or now[key].state is not ServiceState.STARTED
    }
