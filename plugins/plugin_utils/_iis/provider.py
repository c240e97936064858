# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the IIS namespace, and saying why it can't be read."""

from __future__ import annotations

from dataclasses import dataclass

from .._wsman.errors import Fault
from .._wsman.values import Instance
from . import codes
from .context import CIMV2, IISV2, Context
from .outcome import IisError
from .waiting import TimedOut, wait_until
from .windows.services import Service, ServiceState, read_services

_NO_CLASS = (
    codes.WSMAN_RESOURCE_NOT_FOUND,
    codes.WSMAN_CANNOT_PROCESS_FILTER,
    codes.WSMAN_INVALID_URI,
    codes.WSMAN_DESTINATION_UNREACHABLE,
    codes.WBEM_INVALID_NAMESPACE,
    codes.WBEM_INVALID_CLASS,
)
_DENIED = (
    codes.ACCESS_DENIED,
    codes.WBEM_ACCESS_DENIED,
    codes.WSMAN_WMI_SERVICE_DENIED,
    codes.WSMAN_WMI_PROVIDER_DENIED,
    codes.WSMAN_WMI_CONNECT_DENIED,
)


def iis_query(context: Context, wql: str, purpose: str) -> list[Instance]:
    """Query root/MicrosoftIISv2; a refusal becomes an IisError that explains it.

    ``purpose`` completes "Couldn't ...", for instance "read the state of the Web sites".
    """
    try:
        return context.host.query(IISV2, wql)
    except Fault as fault:
        raise explain_refusal(context, fault, purpose) from fault


def explain_refusal(context: Context, fault: Fault, purpose: str) -> IisError:
    """Find out why the IIS provider refused, and say it with what to do next."""
    answer = f"Couldn't {purpose}: the host answered {codes.describe_fault(fault)}."
    if is_access_denied(fault):
        return IisError(f"{answer} Use an account that is a member of the host's Administrators group.")
    admin = read_service(context, "IISADMIN")
    if is_missing_class(fault):
        return IisError(f"{answer} {_why_no_provider(context, admin)}")
    if admin is None:
        return IisError(f"{answer} IIS isn't installed on this host: it has no IIS Admin service.")
    if admin.state is not ServiceState.STARTED:
        return IisError(
            f"{answer} The IIS Admin service (IISADMIN), which holds the configuration, is {admin.state} "
            f"(start mode {admin.start_mode}). Start it first, for instance with fleetops.iis.iis_service."
        )
    return IisError(answer)


def is_missing_class(fault: Fault) -> bool:
    """Whether the host has no such class or namespace, which may be because a component isn't installed."""
    return fault.has(*_NO_CLASS)


def is_access_denied(fault: Fault) -> bool:
    """Whether the account lacks the right to do what it asked for."""
    return fault.has(*_DENIED)


def read_service(context: Context, name: str) -> Service | None:
    """Read a Windows service, or None when it isn't installed."""
    return read_services(context, [name]).get(name.lower())


def read_settled_service(context: Context, name: str, timeout: float) -> Service | None:
    """Read a Windows service once it is neither starting nor stopping; after ``timeout`` seconds, as it is."""
    try:
        return wait_until(
            context,
            lambda: read_service(context, name),
            lambda seen: seen is None or not seen.state.is_pending,
            timeout,
        )
    except TimedOut as late:
        service: Service | None = late.last
        return service


@dataclass(frozen=True)
class System:
    """The operating system of a host; a part that it doesn't tell is None."""

    version: str | None = None
    name: str | None = None
    service_pack: str | None = None
    directory: str | None = None

    @property
    def is_newer_than_2003(self) -> bool:
        """Whether it is Windows Vista, Server 2008 or later (6.0), and so has IIS 7 or later, if any."""
        major = (self.version or "").partition(".")[0]
        return major.isdigit() and int(major) >= 6


def read_system(context: Context) -> System:
    """Read what Windows it is and where it is installed, in one request."""
    wql = "SELECT Version, Caption, CSDVersion, SystemDirectory FROM Win32_OperatingSystem"
    for row in context.host.query(CIMV2, wql):
        return System(row.text("Version"), row.text("Caption"), row.text("CSDVersion"), row.text("SystemDirectory"))
    return System()


def is_newer_than_2003(context: Context) -> bool:
    """Whether the host runs IIS 7 or later, if any."""
    return read_system(context).is_newer_than_2003


def _why_no_provider(context: Context, admin: Service | None) -> str:
    if is_newer_than_2003(context):
        return (
            "This host runs IIS 7 or later, if any: the IIS 6 WMI classes are there only when the Windows feature "
            "'IIS 6 WMI Compatibility' (Web-WMI) is installed."
        )
    if admin is None:
        return "IIS isn't installed on this host: it has no IIS Admin service."
    return (
        "IIS is installed, but its WMI provider isn't answering for the namespace root\\MicrosoftIISv2. "
        "Look at %windir%\\system32\\wbem\\Logs on the host, or register the provider anew with 'mofcomp iiswmi.mof'."
    )
