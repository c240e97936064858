# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The isolation modes of IIS 6.0, and what there is to say of them on a host."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

W3SVC, HTTPFILTER = "w3svc", "httpfilter"


class Mode(enum.Enum):
    """The values of the module's option ``mode``."""

    WORKER_PROCESS = "worker_process"
    IIS5 = "iis5"


@dataclass(frozen=True)
class IsolationMode:
    """The mode that is configured, and those that W3SVC and HTTPFilter run in: None for one that doesn't run."""

    configured: Mode
    running: Mode | None
    http_ssl: Mode | None

    @property
    def services_to_restart(self) -> list[str]:
        """The services, as options name them, that have to be restarted before the configured mode takes effect."""
        seen = {W3SVC: self.running, HTTPFILTER: self.http_ssl}
        return [key for key, mode in seen.items() if mode not in (None, self.configured)]

    @property
    def restart(self) -> list[str]:
        """What iis_service has to restart, as its option ``name`` takes it.

        All of IIS where W3SVC runs in the other mode, as IIS Manager restarts it. Where W3SVC is stopped it comes up in
        the configured mode, and a restart of all might start it.
        """
        services = self.services_to_restart
        return ["all"] if services and self.running is not None else services

    def as_values(self) -> dict[str, Any]:
        """The modes under the names of the module's return values."""
        return {
            "configured_mode": self.configured.value,
            "running_mode": self.running.value if self.running else None,
            "http_ssl_mode": self.http_ssl.value if self.http_ssl else None,
            "restart_pending": bool(self.services_to_restart),
            "services_to_restart": self.services_to_restart,
            "restart": self.restart,
        }
