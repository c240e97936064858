# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of this project, on Ansible's own connection plugins, as a task has it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

_ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(_ROOT / "tools")]

import stage  # noqa: E402 - the repository's tool

sys.path[:0] = [str(stage.link())]

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.client import WsManClient  # noqa: E402
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (  # noqa: E402
    Fault,
    OutcomeUnknown,
    WsManError,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.open import open_channel  # noqa: E402
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import ObjectPath  # noqa: E402

__all__ = ["CONNECTIONS", "Fault", "ObjectPath", "OutcomeUnknown", "WsManClient", "WsManError", "connect"]

CONNECTIONS: dict[str, dict[str, Any]] = {
    "winrm": {"transport": ["plaintext"], "scheme": "http"},
    "psrp": {"auth": "basic", "protocol": "http", "message_encryption": "never"},
}


def connect(kind: str, address: str, port: int) -> WsManClient:
    """A client over the connection plugin ``winrm`` or ``psrp``."""
    plugin = connection_loader.get(kind, PlayContext())
    direct = {"remote_addr": address, "port": port, "remote_user": "user", "remote_password": "password"}
    plugin.set_options(var_options={"_extras": {}}, direct=direct | CONNECTIONS[kind])
    return WsManClient(open_channel(plugin))
