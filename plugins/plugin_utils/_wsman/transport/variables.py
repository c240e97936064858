# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the connection plugins name what a remedy is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variables:
    """The variables of one plugin: http or https, the way to authenticate, and the time-outs in seconds."""

    scheme: str
    method: str
    connect_timeout: str
    read_timeout: str


WINRM = Variables(
    "ansible_winrm_scheme",
    "ansible_winrm_transport",
    # It sets both time-outs, and the plugin has no other option for them.
    "ansible_winrm_connection_timeout",
    "ansible_winrm_connection_timeout",
)
PSRP = Variables(
    "ansible_psrp_protocol",
    "ansible_psrp_auth",
    "ansible_psrp_connection_timeout",
    "ansible_psrp_read_timeout",
)
