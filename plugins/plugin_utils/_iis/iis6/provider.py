# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the IIS namespace, and saying why it can't be read."""

from __future__ import annotations

from ..._wsman.errors import Fault
from ..._wsman.values import Instance
from .. import codes
from ..context import Context
from ..outcome import IisError
from ..server import SERVER, Missing, OnlyCompatible
from ..windows.services import ServiceState, read_service
from ..windows.system import System, is_newer_than_2003

IISV2 = "root/MicrosoftIISv2"

#: Files and folders that IIS 6 comes with, in lower case: the same on every host.
SHIPPED_NAMES = frozenset({"adsutil", "vbs", "adsutil.vbs", "iiscnfg.vbs", "metabase.xml", "metaback"})

#: The service (key) that holds the configuration.
IISADMIN = "iisadmin"


def iis_query(context: Context, wql: str, purpose: str) -> list[Instance]:
    """Query root/MicrosoftIISv2; a refusal becomes an IisError that explains it.

    ``purpose`` completes "Couldn't ...", for instance "read the state of the Web sites".
    """
    try:
        rows = context.host.query(IISV2, wql)
    except Fault as fault:
        raise explain_refusal(context, fault, purpose) from fault
    require_own_windows(context, purpose)
    return rows


def require_own_windows(context: Context, purpose: str, system: System | None = None) -> None:
    """Raise OnlyCompatible after an answer of a later Windows, unless it is known that IIS is asked in this way there.

    IIS 7 and later have these classes with the feature IIS 6 WMI Compatibility. ``system`` is that Windows, where it
    was read anyway. No request.
    """
    is_later = system.is_newer_than_2003 if system else context.is_later()
    if is_later and context.memory.recall(SERVER) is None:
        raise OnlyCompatible(
            lambda: f"Couldn't {purpose}: the host has the classes of IIS 6.0, but its Windows is a later one."
        )


def explain_refusal(context: Context, fault: Fault, purpose: str) -> IisError:
    """Find out why the IIS provider refused, and say it with what to do next."""
    answer = f"Couldn't {purpose}: the host answered {codes.describe_fault(fault)}."
    if codes.is_access_denied(fault):
        return IisError(f"{answer} {codes.USE_AN_ADMINISTRATOR}")
    if codes.is_missing_class(fault):
        return Missing(lambda: f"{answer} {_why_no_provider(context)}")
    admin = read_service(context, IISADMIN)
    if admin is None:
        return IisError(f"{answer} IIS isn't installed on this host: it has no IIS Admin service.")
    if admin.state is not ServiceState.STARTED:
        return IisError(
            f"{answer} The IIS Admin service (IISADMIN), which holds the configuration, is {admin.state} "
            f"(start mode {admin.start_mode}). Start it first, for instance with fleetops.iis.iis_service."
        )
    return IisError(answer)


def _why_no_provider(context: Context) -> str:
    admin = read_service(context, IISADMIN)
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
