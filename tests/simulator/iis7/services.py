# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows services of IIS 7.5 and 10.

Display names, start modes, accounts and images: Stanek's and Woolums' tables of IIS 7.0 (computingtech.blogspot.com,
iis-blogs.azurewebsites.net), sc queries of Server 2012 R2 in public write-ups: WAS and AppHostSvc accept a pause, W3SVC
doesn't. W3SVC needs WAS (windows-security.org), AppHostSvc nothing (iis/wmi-provider, configurationhistorysection).

ASSUMED, by recall: W3SVC needs HTTP, WAS and IISADMIN need RPCSS, WMSVC needs HTTP, FTPSVC starts by itself and depends
on neither WAS nor IISADMIN (a switch), W3LOGSVC is there from IIS 8.0 on, the recovery of W3SVC and WAS is none.
"""

from __future__ import annotations

from simulator.iis7.behaviours import Behaviour7, FtpBehaviour, HistoryBehaviour, WasBehaviour, WebBehaviour7
from simulator.iis7.host import Iis7
from simulator.iis7.spec import Iis7Spec
from simulator.machine import Machine
from simulator.windows.recovery import ActionType, Recovery, RecoveryAction
from simulator.windows.service import Service, ServiceBehaviour, ServiceState, StartMode

_SYSTEM32 = r"C:\Windows\system32"
_IISSVCS = rf"{_SYSTEM32}\svchost.exe -k iissvcs"
INETINFO = rf"{_SYSTEM32}\inetsrv\inetinfo.exe"
_NET_LISTENER = r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\SMSvcHost.exe"
_ACTIVATORS = {"NetTcpActivator": "Net.Tcp", "NetPipeActivator": "Net.Pipe", "NetMsmqActivator": "Net.Msmq"}
#: STA: "Restart the service" for AppHostSvc, "Run iisreset.exe" for IISADMIN; the seconds are ASSUMED.
_RESTART = Recovery(86400, (RecoveryAction(ActionType.RESTART, 60000),) * 3)
RUN_IISRESET = Recovery(
    86400,
    (RecoveryAction(ActionType.RUN_COMMAND, 1),) * 3,
    rf'"{_SYSTEM32}\iisreset.exe" /fail=%1%',
)


def services_of(iis: Iis7, spec: Iis7Spec) -> list[Service]:
    """The services that a host is to have, in the order in which they can be started; IISADMIN's part aside."""
    found = [_history(iis, spec), _was(iis, spec)]
    if spec.web:
        found.append(_web(iis, spec))
        if iis.version >= (8, 0):
            found.append(_w3log(iis, spec))
    if spec.ftp:
        found.append(_ftp(iis, spec))
    if spec.management_service:
        found.append(_management(iis, spec))
    found += [_activator(iis, spec, name) for name in spec.activators]
    return found


def place(machine: Machine, service: Service, spec: Iis7Spec) -> None:
    """Install a service; it runs if it starts by itself, or something that does needs it."""
    stopped = {name.lower() for name in spec.stopped}
    wanted = service.start_mode is StartMode.AUTO or (service.name == "WAS" and spec.web)
    ready = all(one.state is ServiceState.RUNNING for one in machine.scm.dependencies(service))
    if service.start_mode is StartMode.DISABLED or service.name.lower() in stopped or not (wanted and ready):
        machine.scm.add(service)
    else:
        machine.scm.add_running(service)


def make(
    spec: Iis7Spec,
    name: str,
    display_name: str,
    mode: StartMode,
    depends_on: tuple[str, ...],
    image: str,
    behaviour: ServiceBehaviour,
    *,
    pause: bool = False,
) -> Service:
    """A service with what the host's description has it start as."""
    wanted = {known.lower(): text for known, text in spec.start_modes.items()}.get(name.lower())
    modes = {each.value.lower(): each for each in StartMode} | {"automatic": StartMode.AUTO}
    return Service(
        name,
        display_name,
        mode if wanted is None else modes[wanted.lower()],
        depends_on,
        accepts_pause=pause,
        image=image,
        start_seconds=spec.start_seconds,
        stop_seconds=spec.stop_seconds,
        behaviour=behaviour,
    )


def _was(iis: Iis7, spec: Iis7Spec) -> Service:
    display = "Windows Process Activation Service"
    behaviour = WasBehaviour(iis, "WAS")
    return make(spec, "WAS", display, StartMode.MANUAL, ("RPCSS",), _IISSVCS, behaviour, pause=True)


def _web(iis: Iis7, spec: Iis7Spec) -> Service:
    display = "World Wide Web Publishing Service"
    behaviour = WebBehaviour7(iis, "W3SVC")
    return make(spec, "W3SVC", display, StartMode.AUTO, ("WAS", "HTTP"), _IISSVCS, behaviour)


def _history(iis: Iis7, spec: Iis7Spec) -> Service:
    image = rf"{_SYSTEM32}\svchost.exe -k apphost"
    behaviour = HistoryBehaviour(iis, "AppHostSvc")
    service = make(
        spec, "AppHostSvc", "Application Host Helper Service", StartMode.AUTO, (), image, behaviour, pause=True
    )
    service.recovery = _RESTART
    return service


def _w3log(iis: Iis7, spec: Iis7Spec) -> Service:
    image = rf"{_SYSTEM32}\svchost.exe -k iissvcs -s W3LOGSVC"
    return make(spec, "w3logsvc", "W3C Logging Service", StartMode.MANUAL, (), image, Behaviour7(iis, "w3logsvc"))


def _ftp(iis: Iis7, spec: Iis7Spec) -> Service:
    needs = ("WAS",) if iis.switches.ftpsvc_depends_on_was else ()
    image = rf"{_SYSTEM32}\svchost.exe -k ftpsvc"
    behaviour = FtpBehaviour(iis, "FTPSVC", iis.ftp)
    return make(spec, "FTPSVC", "Microsoft FTP Service", StartMode.AUTO, needs, image, behaviour)


def _management(iis: Iis7, spec: Iis7Spec) -> Service:
    image = rf"{_SYSTEM32}\inetsrv\wmsvc.exe"
    service = make(
        spec, "WMSVC", "Web Management Service", StartMode.MANUAL, ("HTTP",), image, Behaviour7(iis, "WMSVC")
    )
    service.shared_process = False
    service.start_name = "NT AUTHORITY\\LOCAL SERVICE"
    return service


def _activator(iis: Iis7, spec: Iis7Spec, name: str) -> Service:
    """A listener adapter of WCF. ASSUMED: it starts by itself where its feature is installed (it was Disabled on a host
    of 2008 with .NET 4 alone)."""
    display = f"{_ACTIVATORS[name]} Listener Adapter"
    return make(spec, name, display, StartMode.AUTO, ("WAS",), _NET_LISTENER, Behaviour7(iis, name))
