# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to Ansible: a channel over the connection that the task already has."""

from __future__ import annotations

from typing import Any

from ..errors import UnsupportedConnection
from . import psrp as psrp_channel
from . import winrm as winrm_channel
from .channel import Channel
from .preloading import rehearse_http, rehearse_ntlm

rehearse_http()
rehearse_ntlm()


def open_channel(connection: Any) -> Channel:
    """Return a channel over Ansible's ``winrm`` or ``psrp`` connection plugin, with all its settings.

    Opens no shell and, as a rule, sends nothing: the first message authenticates. Works with ansible-core
    2.16 to 2.21. Raises UnsupportedConnection for another connection; what the plugin itself raises
    (AnsibleConnectionFailure, AnsibleError) passes through.
    """
    kind = str(getattr(connection, "transport", "")).rpartition(".")[2]
    if kind == "winrm":
        winrm_channel.connect(connection)
        return winrm_channel.WinrmChannel(connection)
    if kind == "psrp":
        return psrp_channel.PsrpChannel(psrp_channel.connect(connection))
    raise UnsupportedConnection(
        f"the connection {kind or 'of this host'} can't carry WS-Management: set ansible_connection to winrm or psrp"
    )
