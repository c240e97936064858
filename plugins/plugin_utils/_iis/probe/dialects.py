# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sets of WMI classes a host has for IIS: those of IIS 6, those of IIS 7 and later, both or none."""

from __future__ import annotations

from ..windows.system import is_newer_than_2003
from .attempts import Probe
from .findings import Status

IIS6, WEB_ADMINISTRATION = "MicrosoftIISv2", "WebAdministration"

#: The namespace of IIS 7 and later. It is there with the Windows feature Web-Scripting-Tools.
_NAMESPACE = f"root/{WEB_ADMINISTRATION}"


def probe_dialects(probe: Probe) -> list[str]:
    """The namespaces that answer. That of IIS 7 is asked only on Windows Server 2008 and later (two requests)."""
    found = []
    if any(each.shape == "query IIsWebInfo" and each.status is Status.HOLDS for each in probe.host.findings):
        found.append(IIS6)
    if probe.attempt(lambda: is_newer_than_2003(probe.context)):
        sites = probe.attempt(lambda: probe.host.query(_NAMESPACE, "SELECT Name, Id FROM Site"))
        found += [] if sites is None else [WEB_ADMINISTRATION]
    return found
