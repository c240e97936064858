# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HKLM\\SOFTWARE\\Microsoft\\InetStp: the version of IIS, where it lies, and which features there are.

``Components`` has a DWORD 1 for each installed feature and nothing for the others (iis-docs, discover installed
components). The text of VersionString is that of public readers ("Version 10.0").
"""

from __future__ import annotations

from simulator.iis7.spec import Iis7Spec
from simulator.windows.registry import Registry, RegistryType

PATH = r"SOFTWARE\Microsoft\InetStp"


def components(spec: Iis7Spec) -> list[str]:
    """The features of a host. ASSUMED: FTPSvc is the name of FTP 7.5 and later (the page is one of IIS 7.0)."""
    found = ["WASConfigurationAPI", "ProcessModel"]
    if spec.web:
        found += ["W3SVC", "StaticContent", "DefaultDocument", "HttpErrors", "HttpLogging", "RequestFiltering"]
    wanted = {
        "ManagementScriptingTools": spec.scripting_tools,
        "Metabase": spec.has_metabase,
        "WMICompatibility": spec.wmi_classes,
        "LegacyScripts": spec.legacy_scripts,
        "RequestMonitor": spec.request_monitor,
        "FTPSvc": spec.ftp,
        "AdminService": spec.management_service,
    }
    return sorted([*found, *(name for name, there in wanted.items() if there)], key=str.lower)


def write_version(registry: Registry, version: tuple[int, int], spec: Iis7Spec) -> None:
    """Write the keys."""
    key = registry.open(PATH, create=True)
    inner = registry.open(rf"{PATH}\Components", create=True)
    if key is None or inner is None:
        raise KeyError(PATH)
    key.set("InstallPath", RegistryType.SZ, r"C:\Windows\system32\inetsrv")
    key.set("MajorVersion", RegistryType.DWORD, version[0])
    key.set("MinorVersion", RegistryType.DWORD, version[1])
    key.set("PathWWWRoot", RegistryType.EXPAND_SZ, r"%SystemDrive%\inetpub\wwwroot")
    key.set("ProductString", RegistryType.SZ, "Internet Information Services")
    key.set("SetupString", RegistryType.SZ, f"IIS {version[0]}.{version[1]}")
    key.set("VersionString", RegistryType.SZ, f"Version {version[0]}.{version[1]}")
    for name in components(spec):
        inner.set(name, RegistryType.DWORD, 1)
