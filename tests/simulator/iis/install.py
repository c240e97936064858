# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts IIS onto a machine: files, services, WMI classes, programs, control actions."""

from __future__ import annotations

from simulator.iis.behaviours import (
    INETINFO,
    HttpFilterBehaviour,
    IisAdminBehaviour,
    ProtocolBehaviour,
    WebBehaviour,
)
from simulator.iis.control import control_actions
from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.iis.programs.cscript import cscript
from simulator.iis.programs.iisreset import iisreset
from simulator.iis.programs.scripts import SCRIPT_FILES, scripts_of
from simulator.iis.providers.register import register_classes
from simulator.iis.reset import ResetService
from simulator.iis.setup import build_metabase
from simulator.iis.sites import SiteState
from simulator.iis.spec import IisSpec
from simulator.iis.store import METABASE
from simulator.iis.switches import PausedIisadmin
from simulator.machine import Machine
from simulator.windows.recovery import ActionType, Recovery, RecoveryAction
from simulator.windows.registry import RegistryType
from simulator.windows.service import Service, ServiceBehaviour, ServiceState, StartMode

_SVCHOST = r"C:\WINDOWS\System32\svchost.exe -k iissvcs"
#: ASSUMED (no public source has the defaults of Server 2003): IISADMIN runs iisreset after each crash, for ever;
#: W3SVC is restarted.
_RUN_IISRESET = Recovery(
    86400,
    (RecoveryAction(ActionType.RUN_COMMAND, 1),) * 3,
    r'"C:\WINDOWS\system32\iisreset.exe" /fail=%1%',
)
_RESTART = Recovery(86400, (RecoveryAction(ActionType.RESTART, 60000),) * 3)

#: HTTP SSL depends on IISADMIN once IIS is installed: ``net stop iisadmin /y`` lists and stops it (KB969864), and a
#: System log shows iisreset sending it the stop control (blog.joycode.com/mvm/archive/2007/04/18.aspx). A switch has it
#: otherwise.
_HTTP_FILTER_NEEDS = ("HTTP", "IISADMIN")

#: ASSUMED, as the usual lists of dependencies go; W3SVC's on HTTPFilter and IISADMIN: the same two sources.
DEPENDENCIES: dict[str, tuple[str, ...]] = {
    "IISADMIN": ("RpcSs", "SamSs"),
    "W3SVC": ("RpcSs", "HTTPFilter", "IISADMIN"),
    "MSFTPSVC": ("IISADMIN",),
    "SMTPSVC": ("IISADMIN", "Eventlog"),
    "NntpSvc": ("IISADMIN", "Eventlog"),
}


def install_iis(machine: Machine, spec: IisSpec) -> Iis:
    """Install IIS as described. What is to run, runs when this returns; no simulated time passes.

    A MetaBase.xml that lies in the machine's folder already is kept, and what the description says of sites, pools
    and modes counts only as far as that file has them: the machine was switched off and on again.
    """
    iis = Iis(machine, spec)
    fresh = not iis.store.folder.exists(METABASE)
    if fresh:
        _write_files(iis, spec)
    _write_version(machine)
    _install_programs(machine, iis)
    _start_services(machine, iis, spec)
    register_classes(iis, spec.missing_counters)
    machine.control_actions.update(control_actions(iis))
    machine.sections["iis"] = iis.describe
    if iis.store.loaded:
        _bring_to_state(iis, spec, fresh)
    machine.on_power(lambda on: None if on else iis.occupied_ports.clear())
    return iis


def _write_version(machine: Machine) -> None:
    """InetStp, where the setup of every IIS writes its version."""
    key = machine.registry.open(r"SOFTWARE\Microsoft\InetStp", create=True)
    if key is not None:
        key.set("MajorVersion", RegistryType.DWORD, 6)
        key.set("MinorVersion", RegistryType.DWORD, 0)


def _write_files(iis: Iis, spec: IisSpec) -> None:
    store = iis.store
    store.adopt(build_metabase(spec, iis.machine.name))
    store.version.major = spec.metabase_version
    if Kind.WEB in spec.services:
        store.metabase.set("/LM/W3SVC", "IIs5IsolationModeEnabled", spec.running_mode())
    store.create_files()
    store.forget()


def _install_programs(machine: Machine, iis: Iis) -> None:
    for path, size in SCRIPT_FILES.items():
        machine.files.ship(path, size)
    machine.programs["iisreset.exe"] = iisreset(iis, ResetService(iis))
    machine.programs["cscript.exe"] = cscript(scripts_of(iis))


def _start_services(machine: Machine, iis: Iis, spec: IisSpec) -> None:
    usual, single = iis.switches.site_seconds, iis.switches.transition_seconds
    iis.switches.site_seconds, iis.switches.transition_seconds = 0.0, {}
    stopped = {name.lower() for name in spec.stopped}
    for service in _services(iis, spec):
        if service.name.lower() in stopped or not _may_run(machine, service):
            machine.scm.add(service)
        else:
            machine.scm.add_running(service)
    iis.switches.site_seconds, iis.switches.transition_seconds = usual, single
    http_filter = machine.scm.get("HTTPFilter")
    if machine.scm.get("IISADMIN").state is not ServiceState.RUNNING and "IISADMIN" in http_filter.depends_on:
        machine.scm.place(http_filter, ServiceState.STOPPED)
    elif iis.running_iis5_mode:  # HTTP SSL lives with IISADMIN then
        machine.scm.place(http_filter, ServiceState.RUNNING, INETINFO)


def _may_run(machine: Machine, service: Service) -> bool:
    needed = machine.scm.dependencies(service)
    return service.start_mode is StartMode.AUTO and all(one.state is ServiceState.RUNNING for one in needed)


def _services(iis: Iis, spec: IisSpec) -> list[Service]:
    http_filter = iis.machine.scm.get("HTTPFilter")
    http_filter.behaviour = HttpFilterBehaviour(iis)
    http_filter.depends_on = _HTTP_FILTER_NEEDS if iis.switches.http_ssl_needs_iisadmin else ("HTTP",)
    pauses = iis.switches.paused_iisadmin is not PausedIisadmin.NO_PAUSE
    services = [_service("IISADMIN", "IIS Admin Service", spec, IisAdminBehaviour(iis), pause=pauses)]
    for kind in iis.kinds:
        behaviour = WebBehaviour(iis, kind) if kind is Kind.WEB else ProtocolBehaviour(iis, kind)
        services.append(_service(kind.service, kind.value.display_name, spec, behaviour, pause=True))
    services[0].recovery = _RUN_IISRESET
    for name in spec.third_party_services:
        service = _service(name, name, spec, ServiceBehaviour(), pause=False)
        service.image = rf"C:\Program Files\{name}\{name}.exe"
        service.shared_process = False
        services.append(service)
    return services


def _service(name: str, display_name: str, spec: IisSpec, behaviour: ServiceBehaviour, *, pause: bool) -> Service:
    modes = {known.lower(): mode for known, mode in spec.start_modes.items()}
    mode = modes.get(name.lower(), "auto").lower()
    service = Service(
        name,
        display_name,
        StartMode.AUTO if mode in ("auto", "automatic") else StartMode(mode.capitalize()),
        DEPENDENCIES.get(name, ("IISADMIN",)),
        accepts_pause=pause,
        image=_SVCHOST if name == "W3SVC" else INETINFO,
        start_seconds=spec.start_seconds,
        stop_seconds=spec.stop_seconds,
        behaviour=behaviour,
    )
    if name == "W3SVC":
        service.recovery = _RESTART
    return service


def _bring_to_state(iis: Iis, spec: IisSpec, fresh: bool) -> None:
    """Paused and stopped sites, sessions, the configured mode, unsaved changes."""
    store = iis.store
    for site in spec.sites:
        if site.kind not in iis.sites or site.id not in iis.sites[site.kind].ids():
            continue
        if iis.service_state(site.kind.service) is ServiceState.RUNNING:
            if fresh:
                iis.sites[site.kind].force(site.id, SiteState[site.state.upper()])
            iis.sites[site.kind].sessions.add(site.id, site.sessions)
    if fresh and Kind.WEB in iis.sites:
        store.metabase.set("/LM/W3SVC", "IIs5IsolationModeEnabled", spec.iis5_mode)
    iis.pools.refresh()
    if store.unsaved:
        store.create_files()
    iis.flusher.stop()
    iis.watcher.saved()
    for number in range(spec.unsaved_changes):
        store.metabase.set("/LM", "MaxBandwidth", 1_000_000 + number)
