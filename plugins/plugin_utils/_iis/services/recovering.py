# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recovery actions that a task of iis_service asks for: what is set, and what there is to report of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..context import Context
from ..outcome import IisError
from ..windows.recovery import Recovery, check_recovery, differs, read_recovery, set_recovery
from ..windows.services import Service


class RecoveryChange:
    """The recovery actions of some services, before and after. Without wanted ones nothing is read, nothing is set."""

    def __init__(self, context: Context, wanted: Recovery | None, services: Mapping[str, Service]) -> None:
        """Read them. Raises IisError for recovery actions that make no sense."""
        self.changed = False
        self.before: dict[str, Recovery] = {}
        self.after: dict[str, Recovery] = {}
        self._context = context
        self._wanted = wanted
        self._services = services
        if wanted is not None:
            for key, service in services.items():
                self._read(service, wanted, key)

    @property
    def is_needed(self) -> bool:
        """Whether any service's recovery actions differ from the wanted ones."""
        return self.before != self.after

    def steps(self) -> list[str]:
        """What there is to do, in words."""
        names = [self._services[key].name for key in self._differing()]
        return [f"set the recovery actions of {', '.join(names)}"] if names else []

    def carry_out(self) -> None:
        """Set what differs. Raises IisError."""
        for key in self._differing():
            try:
                if self._wanted is not None:
                    self.after[key] = set_recovery(self._context, self._services[key], self._wanted)
            except IisError as failure:
                failure.changed = self.changed
                raise
            self.changed = True

    def values(self) -> dict[str, Any]:
        """The recovery actions under the name of the return value; nothing where none are asked for."""
        return {"recovery": {key: now.as_values() for key, now in self.after.items()}} if self.after else {}

    def _read(self, service: Service, wanted: Recovery, key: str) -> None:
        now = read_recovery(self._context, service)
        after = replace(wanted, command=now.command) if wanted.command is None else wanted
        check_recovery(service, after)
        self.before[key] = now
        self.after[key] = after if differs(now, wanted) else now

    def _differing(self) -> list[str]:
        return [key for key, before in self.before.items() if before != self.after[key]]
