# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebooting the machine, and knowing that it has booted anew and that IIS answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..._wsman.errors import Fault, HostUnreachable
from ..context import CIMV2, Context
from ..outage.prepare import Preparation, read_stake
from ..outage.sites_back import bring_sites_back, running
from ..outcome import IisError, Outcome
from ..sites.read import Site
from ..waiting import Deadline, TimedOut, patiently, wait_until
from ..windows.dependencies import Dependencies, read_internet_services
from ..windows.graph import read_graph
from ..windows.programs import ProgramRun, run_program
from ..windows.services import IISADMIN, Service, ServiceState, StartMode, read_services
from .iisreset import QUICK, run_iisreset
from .options import USE_SCM, ServiceOptions
from .report import Report, cost_words
from .reset_access import may_use_iisreset
from .steps import Plan

#: Seconds that shutdown waits, so that the answer to it still arrives.
_NOTICE = 5

#: LastBootUpTime is computed from the uptime and may be read a second apart without a boot.
_SAME_BOOT = timedelta(seconds=2)


def ensure_rebooted(context: Context, options: ServiceOptions) -> Outcome:
    """Reboot the host, and return when it has booted anew and the services and sites that come by themselves run.

    By ``iisreset /reboot``, or with method ``scm`` by ``shutdown``. Raises IisError, or HostUnreachable when the
    host doesn't come back in time.
    """
    dependencies = Dependencies(context)
    services = read_internet_services(dependencies)
    by_iisreset = _method(context, options, services)
    before = read_boot_time(context)
    up = {key for key, service in services.items() if service.state.settles_as is not ServiceState.STOPPED}
    back = _coming_back(dependencies, services, up)
    stake = read_stake(context, up, iisadmin_runs=services[IISADMIN].state is ServiceState.STARTED)
    report = Report(services, tuple(services), method="iisreset" if by_iisreset else "shutdown")
    report.steps = ["reboot the machine"]
    report.sites_before, report.sessions = stake.sites, stake.sessions
    report.restarted = frozenset(back)
    for key in sorted(up - back):
        context.operator.warn(
            f"{services[key].title} runs, but isn't set to start automatically: a reboot leaves it stopped."
        )
    expected = {
        key: site
        for key, site in running(stake.sites).items()
        if site.kind.service_key in back and site.auto_start is not False
    }
    report.after = {key: ServiceState.STARTED if key in back else ServiceState.STOPPED for key in services}
    if context.check_mode:
        plan = Plan(stops=frozenset(up), runs=frozenset(back))
        cost = cost_words(report, plan)
        context.operator.warn(f"Would reboot the machine, with all that it does besides IIS. {cost}")
        report.sites_after = {key: "started" if key in expected else "stopped" for key in stake.sites}
        return report.outcome(True)
    preparation = Preparation(context)
    preparation.prepare(stake.sites, options.drain, save_first=options.save, timeout=QUICK)
    report.save = preparation.saved
    began = context.clock.monotonic()
    try:
        _reboot(context, by_iisreset, force=options.force)
    except IisError:
        preparation.release()
        raise
    deadline = Deadline.after(context, options.seconds, "reboot the host")
    _wait_for_boot(context, before, deadline)
    _wait_for_iis(context, services, back, expected, deadline, report)
    report.outage = context.clock.monotonic() - began
    return report.outcome(True)


def _coming_back(dependencies: Dependencies, services: dict[str, Service], up: set[str]) -> set[str]:
    """The services that a boot starts: automatic ones, and those of the running that these need (HTTPFilter)."""
    automatic = {key for key, service in services.items() if service.start_mode is StartMode.AUTO}
    others = {key for key in up - automatic if services[key].start_mode is StartMode.MANUAL}
    graph = read_graph(dependencies, services, downwards=sorted(others), upwards=())
    return automatic | {key for key in others if graph.with_dependents([key]) & automatic}


def _method(context: Context, options: ServiceOptions, services: dict[str, Service]) -> bool:
    if not options.by_iisreset:
        return False
    otherwise = "shutdown" if options.when_iisreset_disabled == USE_SCM else None
    return may_use_iisreset(context, services, "reboot the machine", otherwise=otherwise)


def _reboot(context: Context, by_iisreset: bool, *, force: bool) -> None:
    """Order the reboot. A lost answer is no failure: the boot time will tell."""
    if by_iisreset:
        switches = ("/REBOOT",) if force else ("/REBOOT", "/NOFORCE")
        run: ProgramRun = run_iisreset(context, *switches, timeout=QUICK)
    else:
        run = run_program(context, "shutdown", "-r", "-t", str(_NOTICE), *(["-f"] if force else []), timeout=QUICK)
    if run.exit_code not in (0, None):
        instead = " Use method=scm to reboot it with shutdown instead." if by_iisreset else ""
        raise IisError(f"Couldn't reboot the machine: {run.words()}.{instead}")


def _wait_for_boot(context: Context, before: datetime | None, deadline: Deadline) -> None:
    context.operator.progress("Waiting for the host to boot anew")

    def booted(now: datetime | None) -> bool:
        return now is not None and (before is None or abs(now - before) > _SAME_BOOT)

    def read() -> datetime | None:
        """A host that goes down or comes up may refuse what it is asked."""
        try:
            return read_boot_time(context)
        except Fault:
            return None

    try:
        wait_until(context, lambda: patiently(context, deadline, read), booted, deadline.left)
    except TimedOut as late:
        raise IisError(
            f"The host was told to reboot, but has not done so within {late.waited:.0f} s: it still answers, and its "
            "last boot is the one before. A program or a user on the console may be holding it back; force=true "
            "closes programs.",
            changed=True,
        ) from None
    except HostUnreachable as gone:
        raise HostUnreachable(f"The host was told to reboot and has not come back in time. {gone}") from gone


def _wait_for_iis(
    context: Context,
    services: dict[str, Service],
    back: set[str],
    expected: dict[str, Site],
    deadline: Deadline,
    report: Report,
) -> None:
    context.operator.progress("The host has booted; waiting for IIS")
    names = [service.name for service in services.values()]

    def read() -> dict[str, Service]:
        try:
            return read_services(context, names)
        except Fault:
            return {}

    def arrived(now: dict[str, Service]) -> bool:
        return all(key in now and now[key].state is ServiceState.STARTED for key in back)

    try:
        now = wait_until(context, lambda: patiently(context, deadline, read), arrived, deadline.left)
    except TimedOut as late:
        now = late.last
    report.after = {key: service.state for key, service in now.items()}
    late_services = [f"{services[key].title} is {report.after.get(key, 'unknown')}" for key in sorted(back)]
    failing = [] if arrived(now) else [words for words in late_services if not words.endswith("started")]
    if not failing:
        sites = bring_sites_back(context, expected, deadline)
        report.sites_after = {key: site.state.word for key, site in sites.sites.items()}
        failing = list(sites.troubles)
    if failing:
        raise IisError(
            f"The host has rebooted, but IIS doesn't serve as before: {'; '.join(failing)}. Look into its System event "
            "log, and start what is missing with state=started.",
            values=report.values(),
            changed=True,
        )


def read_boot_time(context: Context) -> datetime | None:
    """Read when the host last booted, in one request; None when it doesn't say."""
    for row in context.host.query(CIMV2, "SELECT LastBootUpTime FROM Win32_OperatingSystem"):
        return row.timestamp("LastBootUpTime")
    return None
