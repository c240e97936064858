# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""root/WebAdministration: sites, application pools and their states over WMI (iis/wmi-provider in iis-docs).

It is there where the feature IIS Management Scripts and Tools is installed. Its classes hold passwords, so columns are
always named. States are no columns: a method gives them.
"""

from __future__ import annotations

import enum

from ..._wsman import errors
from ..._wsman.errors import Fault
from ..._wsman.values import Argument, Instance, ObjectPath
from .. import codes
from ..context import Context
from .states import State, by_number

NAMESPACE = "root/WebAdministration"

#: The parameter of Site's methods that means its FTP half (the class's definition; IIS 7.5 and later).
FTP: dict[str, Argument] = {"ProtocolName": "ftp"}
#: A protocol that no site has: where the parameter counts, no state comes back for it.
NO_PROTOCOL: dict[str, Argument] = {"ProtocolName": "none"}

#: What a method answers for an object whose state can't be had now: not known to WAS (yet), WAS down or restarting.
NO_STATE = (codes.OBJECT_NOT_FOUND, codes.SERVICE_NOT_ACTIVE, 0x80070032, 0x800706BE, 0x80010006)


class Method(enum.Enum):
    """The methods of Site and ApplicationPool that change something. All are void."""

    START = "Start"
    STOP = "Stop"
    RECYCLE = "Recycle"


def site_path(name: str) -> ObjectPath:
    """The WMI path of a site."""
    return ObjectPath(NAMESPACE, "Site", {"Name": name})


def pool_path(name: str) -> ObjectPath:
    """The WMI path of an application pool."""
    return ObjectPath(NAMESPACE, "ApplicationPool", {"Name": name})


def query(context: Context, wql: str) -> list[Instance]:
    """Query the namespace. Raises Fault."""
    return context.host.query(NAMESPACE, wql)


def read_state(context: Context, path: ObjectPath, arguments: dict[str, Argument] | None = None) -> State | None:
    """Ask a site or an application pool for its state, or None when there is no such object. Raises Fault."""
    try:
        return by_number(context.host.ask(path, "GetState", arguments).return_value)
    except Fault as fault:
        if fault.has(errors.WSMAN_RESOURCE_NOT_FOUND, codes.WBEM_NOT_FOUND):
            return None
        if fault.has(*NO_STATE):
            return State.UNKNOWN
        raise


def call(context: Context, path: ObjectPath, method: Method, arguments: dict[str, Argument] | None = None) -> None:
    """Call a void method: it succeeds by raising no Fault. An empty ProtocolName is never sent."""
    context.host.invoke(path, method.value, arguments)
