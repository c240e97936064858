# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identify, and the configuration that Get on ``…/wsman/1/config`` shows (recorded answer of a 2008 R2 host)."""

from __future__ import annotations

from simulator.wire import names
from simulator.wire.markup import attribute, element, leaf
from simulator.wire.profile import Profile, WireOptions


def is_config(uri: str) -> bool:
    """Whether a resource URI is that of the service's configuration."""
    return uri.casefold() == names.CONFIG


def identify(profile: Profile, *, authenticated: bool) -> str:
    """IdentifyResponse (MS-WSMV 3.1.4.1.19). Strangers do not learn the version of Windows."""
    system = profile.system if authenticated else "OS: 0.0.0 SP: 0.0"
    content = (
        leaf("wsmid:ProtocolVersion", names.WSMAN)
        + leaf("wsmid:ProductVendor", "Microsoft Corporation")
        + leaf("wsmid:ProductVersion", f"{system} Stack: {profile.stack}")
    )
    return element("wsmid:IdentifyResponse", content, attribute("xmlns:wsmid", names.IDENTITY))


def config(profile: Profile, options: WireOptions) -> str:
    """cfg:Config with what differs between versions and settings of the simulated service."""

    def flag(value: bool) -> str:
        return "true" if value else "false"

    auth = element(
        "cfg:Auth",
        leaf("cfg:Basic", flag(options.allow_basic))
        + leaf("cfg:Kerberos", flag(options.kerberos))
        + leaf("cfg:Negotiate", "true"),
    )
    service = (
        leaf("cfg:MaxConcurrentOperationsPerUser", str(profile.max_operations_per_user))
        + leaf("cfg:EnumerationTimeoutms", str(int(profile.enumeration_timeout * 1000)))
        + leaf("cfg:MaxConnections", str(profile.max_connections))
        + leaf("cfg:AllowUnencrypted", flag(options.allow_unencrypted))
        + auth
    )
    winrs = (
        leaf("cfg:AllowRemoteShellAccess", flag(options.allow_remote_shell))
        + leaf("cfg:IdleTimeout", str(int(profile.shell_idle_timeout * 1000)))
        + leaf("cfg:MaxProcessesPerShell", str(profile.processes_per_shell))
        + leaf("cfg:MaxShellsPerUser", str(profile.shells_per_user))
    )
    content = (
        leaf("cfg:MaxEnvelopeSizekb", str(profile.max_envelope_kb))
        + leaf("cfg:MaxTimeoutms", str(int(profile.max_timeout * 1000)))
        + leaf("cfg:MaxBatchItems", str(profile.max_batch_items))
        + element("cfg:Service", service)
        + element("cfg:Winrs", winrs)
    )
    return element("cfg:Config", content, attribute("xmlns:cfg", names.CONFIG))
