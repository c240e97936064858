# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in the metabase whose lines WMI shows as embedded objects (IIsStructuredDataClass), and the way back.

``ScriptMaps`` holds ``.asp,C:\\WINDOWS\\system32\\inetsrv\\asp.dll,5,GET,HEAD`` and shows a ``ScriptMap`` with
``Extensions``, ``ScriptProcessor``, ``Flags``, ``IncludedVerbs``. All members are strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from simulator.iis.bindings import parse_binding
from simulator.wmi.model import Instance


@dataclass(frozen=True)
class Form:
    """How a line is split: the class of the object, its members in the line's order, and what stands between them."""

    class_name: str
    members: tuple[str, ...]
    separator: str = ","

    def read(self, line: str) -> Instance | None:
        """The object of a line; the last member takes what is left, and members that the line lacks are empty."""
        parts = [part.strip() for part in line.split(self.separator, len(self.members) - 1)]
        parts += [""] * (len(self.members) - len(parts))
        return Instance(self.class_name, dict(zip(self.members, parts, strict=True)))

    def write(self, entry: Instance) -> str:
        """The line of an object."""
        values = {name.lower(): str(value or "") for name, value in entry.values.items()}
        return self.separator.join(values.get(member.lower(), "") for member in self.members)


@dataclass(frozen=True)
class BindingForm(Form):
    """``IP:Port:Hostname``. A line that is no binding is not shown. ms525948: the Port of a SecureBinding carries a
    trailing colon; ASSUMED not to show it."""

    separator: str = ":"

    def read(self, line: str) -> Instance | None:
        """The object of a binding."""
        binding = parse_binding(line, self.class_name == "SecureBinding")
        if binding is None:
            return None
        values = {"IP": binding.ip, "Port": str(binding.port), "Hostname": binding.host}
        return Instance(self.class_name, {member: values[member] for member in self.members})

    def write(self, entry: Instance) -> str:
        """The line of a binding, with both colons."""
        values: dict[str, Any] = {name.lower(): value or "" for name, value in entry.values.items()}
        port = str(values.get("port", "")).rstrip(":")
        return f"{values.get('ip', '')}:{port}:{values.get('hostname', '')}"


#: Metabase property -> its form: ms525731, ms525948, ms524316 with ms526052, ms524466 with ms525083, ms525861 with
#: cc784298, and MimeMap of ms524465 (its members ASSUMED).
EMBEDDED: Mapping[str, Form] = MappingProxyType(
    {
        "ServerBindings": BindingForm("ServerBinding", ("Hostname", "IP", "Port")),
        "SecureBindings": BindingForm("SecureBinding", ("IP", "Port")),
        "ScriptMaps": Form("ScriptMap", ("Extensions", "ScriptProcessor", "Flags", "IncludedVerbs")),
        "HttpErrors": Form("HttpError", ("HttpErrorCode", "HttpErrorSubcode", "HandlerType", "HandlerLocation")),
        "HttpCustomHeaders": Form("HttpCustomHeader", ("Keyname", "Value"), ": "),
        "MimeMap": Form("MimeMap", ("Extension", "MimeType")),
    }
)
