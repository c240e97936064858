# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows services of IIS 7 and later.

WAS holds the states of sites and application pools, and W3SVC, the Net.* listener adapters and more depend on it.
IISADMIN is there only with IIS 6 Metabase Compatibility, for the virtual servers of SMTP. Both are what IISReset goes
by (MS-IISS, product note 3). HTTP.sys speaks TLS itself, so no service of IIS carries an HTTPS connection to WinRM.
"""

from __future__ import annotations

from ..server import Counter, Family

FAMILY = Family(
    roots=("was", "iisadmin"),
    holder="was",
    witness="was",
    tls=None,
    counters=(
        Counter("http", "w3svc", "W3SVC_WebService", ("CurrentConnections",)),
        Counter("ftp", "ftpsvc", "FTPSVC_MicrosoftFTPService", ("CurrentConnections",)),
        Counter("smtp", "smtpsvc", "SMTPSVC_SMTPServer", ("InboundConnectionsCurrent", "OutboundConnectionsCurrent")),
    ),
    by_iisreset=False,
    not_installed=(
        "IIS isn't installed on this host: it has neither the service WAS nor IISADMIN. Install IIS, or name the "
        "services that are meant."
    ),
    marks=frozenset({"was", "ftpsvc", "wmsvc", "apphostsvc"}),
    no_pause=(
        "IIS 7 and later can't be paused: W3SVC accepts no pause, and a pause of WAS stops no client. To let clients "
        "finish, take the host out of its load balancer, and stop or restart with drain_timeout. Nothing was touched."
    ),
)
