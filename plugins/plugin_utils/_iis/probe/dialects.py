# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sets of WMI classes a host has for IIS: those of IIS 6, those of IIS 7 and later, both or none."""

from __future__ import annotations

from ..iis6.provider import IISV2
from ..iis6.server import VERSION_CLASS
from ..iis7.web_administration import NAMESPACE
from .attempts import Probe
from .findings import Status


def probe_dialects(probe: Probe, major_version: int | None) -> list[str]:
    """The namespaces that answer, without ``root/``. That of IIS 7 is asked where the registry says 7 or later."""
    found = []
    if any(each.shape == f"query {VERSION_CLASS}" and each.status is Status.HOLDS for each in probe.host.findings):
        found.append(IISV2)
    if (major_version or 0) >= 7:
        sites = probe.attempt(lambda: probe.host.query(NAMESPACE, "SELECT Name, Id FROM Site"))
        found += [] if sites is None else [NAMESPACE]
    return [namespace.removeprefix("root/") for namespace in found]
