# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The four protocol services of IIS 6 that have virtual servers, and what differs between them."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True)
class Protocol:
    """A service with sites.

    ``key`` is its metabase key below /LM as WMI returns it (``SmtpSvc`` in mixed case), ``prefix`` begins the names of
    its WMI classes (``IIsWeb`` + ``Server``).
    """

    service: str
    key: str
    prefix: str
    display_name: str
    port: int


class Kind(enum.Enum):
    """Web, FTP, SMTP, NNTP."""

    WEB = Protocol("W3SVC", "W3SVC", "IIsWeb", "World Wide Web Publishing Service", 80)
    FTP = Protocol("MSFTPSVC", "MSFTPSVC", "IIsFtp", "FTP Publishing Service", 21)
    SMTP = Protocol("SMTPSVC", "SmtpSvc", "IIsSmtp", "Simple Mail Transfer Protocol (SMTP)", 25)
    NNTP = Protocol("NntpSvc", "NntpSvc", "IIsNntp", "Network News Transfer Protocol (NNTP)", 119)

    @property
    def service(self) -> str:
        """The service's name: W3SVC."""
        return self.value.service

    @property
    def key(self) -> str:
        """The metabase key below /LM."""
        return self.value.key

    @property
    def server_type(self) -> str:
        """KeyType of a site: IIsWebServer."""
        return self.value.prefix + "Server"

    @property
    def service_type(self) -> str:
        """KeyType of the service's key: IIsWebService."""
        return self.value.prefix + "Service"

    def site_path(self, site: int) -> str:
        """The metabase path of a site: /LM/W3SVC/1."""
        return f"/LM/{self.key}/{site}"


def kind_named(text: str) -> Kind:
    """A kind from web, ftp, smtp, nntp or the service's name. Raises KeyError."""
    for kind in Kind:
        if text.lower() in (kind.name.lower(), kind.service.lower()):
            return kind
    raise KeyError(text)
