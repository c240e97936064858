# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pywinrm takes by itself: its NTLM handshake with the host, and nothing said after it."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from winrm.transport import Transport


class ActionModule(ActionBase):
    """Authenticates by pywinrm alone; no code of the collection takes part."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the empty result, or raise pywinrm's error."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        options = {name: self._templar.template((task_vars or {})[f"ansible_{name}"]) for name in _VARIABLES}
        transport = Transport(
            endpoint=f"http://{options['host']}:{options['port']}/wsman",
            username=options["user"],
            password=options["password"],
            auth_method="ntlm",
        )
        transport.build_session()
        transport.close_session()
        return result


_VARIABLES = ("host", "port", "user", "password")
