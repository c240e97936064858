# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_Service, Win32_SystemDriver and Win32_DependentService (property set: recorded answers of a 2003 SP2 host)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.windows.codes import ServiceReturn
from simulator.windows.process import Machine
from simulator.windows.providers.base import ReadOnlyProvider, invalid_method, not_found, properties, sorted_properties
from simulator.windows.service import Service, ServiceState
from simulator.wmi.caller import ELEVATED
from simulator.wmi.model import CimType, Instance, Method, ObjectPath, Property, WmiClass

_COMMON = (
    properties(
        "Caption CreationClassName Description DisplayName ErrorControl Name PathName ServiceType StartMode StartName "
        "State Status SystemCreationClassName SystemName",
        keys=("Name",),
    ),
    properties("AcceptPause AcceptStop DesktopInteract Started", CimType.BOOLEAN),
    properties("ExitCode ServiceSpecificExitCode TagId", CimType.UINT32),
    properties("InstallDate", CimType.DATETIME),
)

_METHODS = (
    Method("StartService"),
    Method("StopService"),
    Method("PauseService"),
    Method("ResumeService"),
    Method("InterrogateService"),
    Method("ChangeStartMode", inputs=(Property("StartMode"),)),
)

_BASES = ("Win32_BaseService", "CIM_Service", "CIM_LogicalElement", "CIM_ManagedSystemElement")

SERVICE_CLASS = WmiClass(
    "Win32_Service",
    sorted_properties(*_COMMON, properties("CheckPoint ProcessId WaitHint", CimType.UINT32)),
    _METHODS,
    _BASES,
)

DRIVER_CLASS = WmiClass("Win32_SystemDriver", sorted_properties(*_COMMON), _METHODS, _BASES)

TERMINAL_SERVICE = "TermService"
_PENDING_STATUS = {
    ServiceState.START_PENDING: "Starting",
    ServiceState.STOP_PENDING: "Stopping",
}
"""ASSUMED: Status while a service is on its way; "OK" otherwise (recorded for Running and Stopped)."""

_PENDING_WAIT_HINT = 2000
"""ASSUMED: milliseconds of WaitHint in a pending state."""


def service_values(machine: Machine, service: Service) -> dict[str, Any]:
    """The property values of a service, as Win32_Service shows them (IIsWebService and its like derive from it)."""
    pending = service.state.pending
    return {
        "AcceptPause": service.accept_pause,
        "AcceptStop": service.accept_stop,
        "Caption": service.display_name,
        "CheckPoint": 1 if pending else 0,
        "CreationClassName": "Win32_SystemDriver" if service.driver else "Win32_Service",
        "Description": service.description,
        "DelayedAutoStart": False,
        "DesktopInteract": False,
        "DisplayName": service.display_name,
        "ErrorControl": service.error_control,
        "ExitCode": service.exit_code,
        "Name": service.name,
        "PathName": service.image,
        "ProcessId": service.pid,
        "ServiceSpecificExitCode": service.service_exit_code,
        "ServiceType": _type_text(service),
        "Started": service.state is not ServiceState.STOPPED,
        "StartMode": service.start_mode.value,
        "StartName": service.start_name,
        "State": service.state.value,
        "Status": _PENDING_STATUS.get(service.state, "OK"),
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": machine.name,
        "TagId": 0,
        "WaitHint": _PENDING_WAIT_HINT if pending else 0,
    }


def _type_text(service: Service) -> str:
    if service.driver:
        return "Kernel Driver"
    return "Share Process" if service.shared_process else "Own Process"


async def invoke_on_service(machine: Machine, name: str, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Call a method of Win32_Service (or of a class derived from it) on a service.

    StartService returns when the service has begun to start: it waits for the dependencies and for the process to
    connect (StartService, winsvc). The other controls return at once; the state follows.
    """
    scm = machine.scm

    async def change_start_mode() -> int:
        return scm.change_start_mode(name, str(arguments.get("StartMode") or ""))

    async def start() -> int:
        return await scm.start_and_wait(name)

    def control(send: Callable[[str], int]) -> Callable[[], Awaitable[int]]:
        async def call() -> int:
            return send(name)

        return call

    methods: dict[str, Callable[[], Awaitable[int]]] = {
        "StartService": start,
        "StopService": control(scm.stop),
        "PauseService": control(scm.pause),
        "ResumeService": control(scm.resume),
        "InterrogateService": control(scm.interrogate),
        "ChangeStartMode": change_start_mode,
    }
    call = methods.get(method)
    if call is None:
        raise invalid_method()
    return {"ReturnValue": int(ServiceReturn(await call()))}


class ServiceProvider(ReadOnlyProvider):
    """Win32_Service."""

    wmi_class = SERVICE_CLASS
    _drivers = False

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        if not self._drivers and machine.edition.version >= (10, 0):
            own = (*self.wmi_class.properties, Property("DelayedAutoStart", CimType.BOOLEAN))
            self.wmi_class = replace(self.wmi_class, properties=sorted_properties(own))

    def instances(self) -> Sequence[Instance]:
        """All services, by name; those of a class of their own come with that."""
        return [self._instance(service) for service in self.machine.scm if self._lists(service)]

    def _lists(self, service: Service) -> bool:
        special = self.machine.edition.version >= (6, 0) and service.name == TERMINAL_SERVICE
        return service.driver is self._drivers and not special

    def get(self, keys: Mapping[str, str]) -> Instance:
        """The service of this name."""
        return self._instance(self._service(keys))

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """StartService, StopService, PauseService, ResumeService, InterrogateService, ChangeStartMode."""
        if keys is None:
            raise invalid_method()
        if not ELEVATED.get() and method != "InterrogateService":
            return {"ReturnValue": int(ServiceReturn.ACCESS_DENIED)}
        return await invoke_on_service(self.machine, self._service(keys).name, method, arguments)

    def _service(self, keys: Mapping[str, str]) -> Service:
        service = self.machine.scm.find(keys.get("Name", ""))
        if service is None or service.driver is not self._drivers:
            raise not_found()
        return service

    def _instance(self, service: Service) -> Instance:
        values = service_values(self.machine, service)
        return Instance(
            self.wmi_class.name,
            {prop.name: values[prop.name] for prop in self.wmi_class.properties if prop.name in values},
        )


class TerminalServiceProvider(ServiceProvider):
    """Win32_TerminalService: its one instance comes in queries of Win32_Service, too (captures of 2008 and 2012).
    ASSUMED: of its own properties, those of a host without sessions."""

    wmi_class = WmiClass(
        "Win32_TerminalService",
        sorted_properties(
            SERVICE_CLASS.properties,
            properties("DisconnectedSessions EstimatedSessionCapacity RawSessionCapacity", CimType.UINT32),
            properties("ResourceConstraint TotalSessions", CimType.UINT32),
        ),
        _METHODS,
        ("Win32_Service", *_BASES),
    )

    def _lists(self, service: Service) -> bool:
        return service.name == TERMINAL_SERVICE


class DriverProvider(ServiceProvider):
    """Win32_SystemDriver: the kernel drivers among the services, such as HTTP."""

    wmi_class = DRIVER_CLASS
    _drivers = True


def dependent_services(machine: Machine) -> Iterable[tuple[ObjectPath, ObjectPath]]:
    """The pairs of Win32_DependentService: the service depended on, and the one that depends on it."""
    for service in machine.scm:
        for dependency in machine.scm.dependencies(service):
            yield service_path(dependency), service_path(service)


def service_path(service: Service) -> ObjectPath:
    """The WMI path of a service or driver."""
    return ObjectPath("root/cimv2", "Win32_SystemDriver" if service.driver else "Win32_Service", {"Name": service.name})
