# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to Ansible: a channel over the connection that the task already has."""

from __future__ import annotations

import contextlib
from typing import Any

from ..errors import UnsupportedConnection
from . import psrp as psrp_channel
from . import winrm as winrm_channel
from .channel import Channel
from .preloading import rehearse_http, rehearse_ntlm

#: Where a connection keeps the options that it was opened with.
_OPENED_WITH = "_fleetops_iis_opened_with"

rehearse_http()
rehearse_ntlm()


def open_channel(connection: Any) -> Channel:
    """Return a channel over Ansible's ``winrm`` or ``psrp`` connection plugin, with all its settings.

    Opens no shell and, as a rule, sends nothing: the first message authenticates. Works with ansible-core
    2.16 to 2.21. Raises UnsupportedConnection for another connection; what the plugin itself raises
    (AnsibleConnectionFailure, AnsibleError) passes through.
    """
    kind = str(getattr(connection, "transport", "")).rpartition(".")[2]
    if kind not in ("winrm", "psrp"):
        name = kind or "of this host"
        raise UnsupportedConnection(
            f"the connection {name} can't carry WS-Management: set ansible_connection to winrm or psrp"
        )
    _leave_another_host(connection)
    if kind == "winrm":
        winrm_channel.connect(connection)
        return winrm_channel.WinrmChannel(connection)
    return psrp_channel.PsrpChannel(psrp_channel.connect(connection))


def _leave_another_host(connection: Any) -> None:
    """Close a connection that was opened with other options than it has now: it leads to another host.

    Ansible keeps the connection of one item of a loop for the next, unless ``ansible_host`` differs. Where only
    ``ansible_winrm_host`` or the port does, it sets the new options, and the plugin goes on with the old session.
    """
    options = dict(connection.get_options())
    if getattr(connection, "allow_extras", False):  # ansible_winrm_* that only pywinrm knows
        options["_extras"] = connection.get_option("_extras")
    if vars(connection).get(_OPENED_WITH, options) != options:
        with contextlib.suppress(Exception):  # what the former host says to that isn't this one's trouble
            connection.close()
        connection.protocol = connection.runspace = None
    setattr(connection, _OPENED_WITH, options)
