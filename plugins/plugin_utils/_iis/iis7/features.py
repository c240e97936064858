# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which IIS 7 or later it is, and which of its optional features are installed: two registry reads, no shell.

The keys: discover-installed-components (iis-docs) for ``InetStp\\Components``, where a value is missing unless its
feature is installed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..context import Context
from ..windows.registry import IIS_SETUP, read_registry, read_text

_VERSION = re.compile(r"(\d+)\.(\d+)", re.ASCII)


@dataclass(frozen=True)
class Features:
    """What setup left in the registry. ``components`` are the installed ones, in lower case."""

    components: frozenset[str]

    @property
    def scripting_tools(self) -> bool:
        """IIS Management Scripts and Tools (Web-Scripting-Tools), which bring root/WebAdministration."""
        return "managementscriptingtools" in self.components

    @property
    def metabase(self) -> bool:
        """IIS 6 Metabase Compatibility (Web-Metabase), which brings IISADMIN."""
        return "metabase" in self.components

    @property
    def wmi_compatibility(self) -> bool:
        """IIS 6 WMI Compatibility (Web-WMI), which brings the namespace of IIS 6."""
        return "wmicompatibility" in self.components

    @property
    def legacy_scripts(self) -> bool:
        """IIS 6 Scripting Tools (Web-Lgcy-Scripting), which bring the scripts of IIS 6."""
        return "legacyscripts" in self.components

    @property
    def request_monitor(self) -> bool:
        """Request Monitor (Web-Request-Monitor), which lets the running requests be listed."""
        return "requestmonitor" in self.components

    def as_values(self) -> dict[str, bool]:
        """The features under the names of iis_info."""
        return {
            "scripting_tools": self.scripting_tools,
            "metabase": self.metabase,
            "wmi_compatibility": self.wmi_compatibility,
            "request_monitor": self.request_monitor,
        }


def read_features(context: Context) -> Features:
    """Read the installed features, in one request. An empty set is a host without IIS 7 or later."""
    found = read_registry(context, "EnumValues", f"{IIS_SETUP}\\Components")
    return Features(frozenset(name.lower() for name in found.strings("sNames")) if found else frozenset())


def read_version(context: Context) -> tuple[int, int] | None:
    """Read the version of IIS, (10, 0) of ``Version 10.0``, in one request; None where setup left none."""
    found = _VERSION.search(read_text(context, IIS_SETUP, "VersionString") or "")
    return (int(found[1]), int(found[2])) if found else None


def read_install_path(context: Context) -> str | None:
    """Read the folder of IIS's programs, such as ``C:\\Windows\\system32\\inetsrv``; one request, or two."""
    return read_text(context, IIS_SETUP, "InstallPath")
