# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_OptionalFeature and Win32_ServerFeature of root/cimv2: which features of Windows there are.

CIMWin32Prov, win32-optionalfeature (names as DISM has them; 1 enabled, 2 disabled, 3 absent), and WmiSdk,
win32-serverfeature (roles by number: 2 is Web Server (IIS), 41 WAS, 48 SMTP Server).
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.iis7.host import Iis7
from simulator.iis7.spec import Iis7Spec
from simulator.windows.providers.base import ReadOnlyProvider
from simulator.wmi.model import CimType, Instance, Property, WmiClass

_ENABLED, _DISABLED = 1, 2


class OptionalFeatureProvider(ReadOnlyProvider):
    """Win32_OptionalFeature, the features of IIS."""

    wmi_class = WmiClass(
        "Win32_OptionalFeature",
        (
            Property("Caption"),
            Property("Description"),
            Property("InstallDate", CimType.DATETIME),
            Property("InstallState", CimType.UINT32),
            Property("Name", key=True),
            Property("Status"),
        ),
        bases=("CIM_LogicalElement", "CIM_ManagedSystemElement"),
    )

    def __init__(self, iis: Iis7, spec: Iis7Spec) -> None:
        super().__init__(iis.machine)
        self._there = {
            "IIS-WebServerRole": True,
            "IIS-WebServer": spec.web,
            "IIS-ManagementScriptingTools": spec.scripting_tools,
            "IIS-Metabase": spec.has_metabase,
            "IIS-WMICompatibility": spec.wmi_classes,
            "IIS-LegacyScripts": spec.legacy_scripts,
            "IIS-RequestMonitor": spec.request_monitor,
            "IIS-FTPServer": spec.ftp,
            "IIS-FTPSvc": spec.ftp,
            "IIS-ManagementService": spec.management_service,
        }

    def instances(self) -> Sequence[Instance]:
        """Installed or not."""
        return [
            Instance("Win32_OptionalFeature", {"Name": name, "InstallState": _ENABLED if there else _DISABLED})
            for name, there in self._there.items()
        ]


class ServerFeatureProvider(ReadOnlyProvider):
    """Win32_ServerFeature: the installed roles only."""

    wmi_class = WmiClass(
        "Win32_ServerFeature",
        (Property("ID", CimType.UINT32, key=True), Property("Name"), Property("ParentID", CimType.UINT32)),
    )

    def __init__(self, iis: Iis7, spec: Iis7Spec) -> None:
        super().__init__(iis.machine)
        self._there = [(2, "Web Server (IIS)", spec.web), (41, "Windows Process Activation Service", True)]
        self._there.append((48, "SMTP Server", spec.smtp))

    def instances(self) -> Sequence[Instance]:
        """Those there are."""
        return [
            Instance("Win32_ServerFeature", {"ID": number, "Name": name, "ParentID": 0})
            for number, name, there in self._there
            if there
        ]
