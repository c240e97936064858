# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows services of IIS 6.

The Internet services are IISADMIN and every service that depends directly on it: that is how IISReset defines them
(MS-IISS 1.3, product note 3), third-party ones included. On Windows Server 2003 the service HTTPFilter (HTTP SSL)
speaks TLS for every user of HTTP.sys, WinRM over HTTPS included. Once it is stopped, no HTTPS connection gets through,
so it could not be started again from here.
"""

from __future__ import annotations

from ..model.isolation import HTTPFILTER
from ..server import Counter, Family, TlsCarrier
from .provider import IISADMIN

FAMILY = Family(
    roots=(IISADMIN,),
    holder=IISADMIN,
    witness=IISADMIN,
    tls=TlsCarrier(
        service=HTTPFILTER,
        lockout=(
            "the connection is HTTPS, which HTTPFilter (HTTP SSL) serves on Windows Server 2003. Once it is stopped, "
            "it can't be started again over HTTPS. Nothing was touched. Connect over HTTP, where NTLM and Kerberos "
            "encrypt the messages, or restart all services with method=iisreset, which runs on the host itself."
        ),
        left_alone=(
            "HTTPFilter (HTTP SSL) is not restarted: on this host it doesn't depend on IISADMIN, and it carries "
            "this HTTPS connection. After a change of the isolation mode, restart it over HTTP, or reboot."
        ),
    ),
    # The counters are gauges, so the raw classes hold the plain number. SMTP counts both directions.
    counters=(
        Counter("http", "w3svc", "W3SVC_WebService", ("CurrentConnections",)),
        Counter("ftp", "msftpsvc", "MSFTPSVC_FTPService", ("CurrentConnections",)),
        Counter("smtp", "smtpsvc", "SMTPSVC_SMTPServer", ("InboundConnectionsCurrent", "OutboundConnectionsCurrent")),
        Counter("nntp", "nntpsvc", "NNTPSVC_NNTPServer", ("CurrentConnections",)),
    ),
    by_iisreset=True,
    not_installed=(
        "IIS isn't installed on this host: there is no IISADMIN service. Install IIS (and, on Windows Server 2008 "
        "and later, IIS 6 Metabase Compatibility), or name the services that are meant."
    ),
)
