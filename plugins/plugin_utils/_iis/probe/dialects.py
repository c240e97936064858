# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sets of WMI classes a host has for IIS: those of IIS 6, those of IIS 7 and later, both or none."""

from __future__ import annotations

from collections.abc import Iterable

from ..iis6.provider import IISV2
from ..iis6.server import VERSION_CLASS
from ..iis7.web_administration import NAMESPACE
from .findings import Finding, Status

#: The class of each namespace that is asked in any case where the namespace may be there.
_CLASSES = {IISV2: VERSION_CLASS, NAMESPACE: "Site"}


def dialects_of(findings: Iterable[Finding]) -> list[str]:
    """The namespaces that answered, without ``root/``."""
    answered = {finding.shape for finding in findings if finding.status is Status.HOLDS and not finding.codes}
    return [name.removeprefix("root/") for name, of in _CLASSES.items() if f"query {of}" in answered]
