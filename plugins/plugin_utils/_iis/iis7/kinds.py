# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of sites that IIS 7 and later have.

Every site is an element of one list, with a number and a name; its bindings say what it speaks. One that speaks HTTP
and FTP has two halves, each with a state of its own. SMTP virtual servers are still those of the IIS 6 metabase.
"""

from __future__ import annotations

from .. import codes
from ..iis6.kinds import KINDS as IIS6_KINDS
from ..model.sites import SiteKind

WEB = SiteKind(
    name="web",
    noun="Web site",
    windows_service="W3SVC",
    prefix="W3SVC",
    has_secure_bindings=True,
    binding_in_use=codes.BINDING_IN_USE,
)
FTP = SiteKind(
    name="ftp",
    noun="FTP site",
    windows_service="FTPSVC",
    prefix="FTPSVC",
    has_secure_bindings=False,
    binding_in_use=codes.FTP_BINDING_IN_USE,
)
SMTP: SiteKind = IIS6_KINDS["smtp"]

KINDS: dict[str, SiteKind] = {kind.name: kind for kind in (WEB, FTP, SMTP)}

#: The protocols of the bindings of each kind.
PROTOCOLS = {WEB: frozenset({"http", "https"}), FTP: frozenset({"ftp"})}
