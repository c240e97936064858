# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The four kinds of sites that IIS 6 has, as a table.

Web and FTP sites are controlled by WMI methods. SMTP and NNTP virtual servers have none (ms524936, ms524783), so they
are controlled by the ADSI script adsutil.vbs; their state is read by WMI all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..._wsman.values import ObjectPath
from .. import codes
from ..model.sites import SiteKind
from .provider import IISV2


@dataclass(frozen=True)
class Iis6Kind(SiteKind):
    """One kind of sites as IIS 6 has it: a class for state and methods, if any, and one for the configuration."""

    server_class: str
    setting_class: str
    has_methods: bool

    def server(self, site_id: int) -> ObjectPath:
        """The object that has the site's state and methods."""
        return ObjectPath(IISV2, self.server_class, {"Name": self.key(site_id)})

    def setting(self, site_id: int) -> ObjectPath:
        """The object that has the site's configuration."""
        return ObjectPath(IISV2, self.setting_class, {"Name": self.key(site_id)})


KINDS: dict[str, Iis6Kind] = {
    kind.name: kind
    for kind in (
        Iis6Kind(
            name="web",
            noun="Web site",
            windows_service="W3SVC",
            prefix="W3SVC",
            server_class="IIsWebServer",
            setting_class="IIsWebServerSetting",
            has_methods=True,
            has_secure_bindings=True,
            binding_in_use=codes.BINDING_IN_USE,
        ),
        Iis6Kind(
            name="ftp",
            noun="FTP site",
            windows_service="MSFTPSVC",
            prefix="MSFTPSVC",
            server_class="IIsFtpServer",
            setting_class="IIsFtpServerSetting",
            has_methods=True,
            has_secure_bindings=False,
            binding_in_use=codes.FTP_BINDING_IN_USE,
        ),
        Iis6Kind(
            name="smtp",
            noun="SMTP virtual server",
            windows_service="SMTPSVC",
            prefix="SmtpSvc",
            server_class="IIsSmtpServer",
            setting_class="IIsSmtpServerSetting",
            has_methods=False,
            has_secure_bindings=False,
            binding_in_use=codes.BINDING_IN_USE,
        ),
        Iis6Kind(
            name="nntp",
            noun="NNTP virtual server",
            windows_service="NntpSvc",
            prefix="NntpSvc",
            server_class="IIsNntpServer",
            setting_class="IIsNntpServerSetting",
            has_methods=False,
            has_secure_bindings=False,
            binding_in_use=codes.BINDING_IN_USE,
        ),
    )
}
