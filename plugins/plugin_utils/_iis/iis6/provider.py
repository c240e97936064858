# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the IIS namespace, and saying why it can't be read."""

from __future__ import annotations

from ..._wsman import errors
from ..._wsman.errors import Fault
from ..._wsman.values import Instance
from .. import codes
from ..context import IISV2, Context
from ..outcome import IisError
from ..windows.services import Service, ServiceState, read_service
from ..windows.system import is_newer_than_2003

_NO_CLASS = (
    errors.WSMAN_RESOURCE_NOT_FOUND,
    errors.WSMAN_CANNOT_PROCESS_FILTER,
    errors.WSMAN_INVALID_URI,
    errors.WSMAN_DESTINATION_UNREACHABLE,
    codes.WBEM_INVALID_NAMESPACE,
    codes.WBEM_INVALID_CLASS,
)
_DENIED = (
    codes.ACCESS_DENIED,
    codes.WBEM_ACCESS_DENIED,
    errors.WSMAN_WMI_SVC_ACCESS_DENIED,
    errors.WSMAN_WMI_PROVIDER_ACCESS_DENIED,
    errors.WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED,
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
        return IisError(f"{answer} {codes.USE_AN_ADMINISTRATOR}")
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
        "Check %windir%\\system32\\wbem\\Logs on the host, or register the provider again with 'mofcomp iiswmi.mof'."
    )
