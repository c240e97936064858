# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user asks for, as calls of modules on a host that is described."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.in_process import Host

from simulator.iis.spec import IisSpec
from simulator.iis7.spec import Iis7Spec
from simulator.scenario import HostSpec

Results = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Call:
    """One task. ``when`` decides by the results of the tasks before it, from which ``options`` may be taken."""

    module: str
    options: Mapping[str, Any] | Callable[[Results], Mapping[str, Any]]
    check: bool = False
    when: Callable[[Results], bool] = lambda _results: True


@dataclass(frozen=True)
class Operation:
    """What a user asks for.

    ``spec`` describes the IIS of the host that it starts from, ``kind`` its Windows, ``arrange`` what is done there
    before. ``not_at_boot``: it makes something no longer start with the machine and asks for nothing to run, so a
    reboot ends what ran.
    """

    calls: Sequence[Call]
    spec: Callable[[], IisSpec | Iis7Spec]
    arrange: Callable[[Host], None] = lambda _host: None
    not_at_boot: bool = False
    kind: str = "iis6"

    def host(self, name: str, **options: Any) -> HostSpec:
        """The host that it starts from; the options are those of HostSpec."""
        iis = self.spec()
        described = {"iis7": iis} if isinstance(iis, Iis7Spec) else {"iis": iis}
        return HostSpec(name, kind=self.kind, **{**described, **options})

    def run(self, host: Host) -> list[dict[str, Any]]:
        """Carry the calls out, until one fails, as a play does; give their results."""
        results: list[dict[str, Any]] = []
        for call in self.calls:
            if not call.when(results):
                results.append({"changed": False, "skipped": True})
                continue
            run = host.check if call.check else host.run
            options = call.options(results) if callable(call.options) else call.options
            results.append(run(call.module, **options))
            if failed(results[-1]):
                break
        return results


def failed(result: Mapping[str, Any]) -> bool:
    """Whether a play would stop here."""
    return bool(result.get("failed") or result.get("unreachable"))
