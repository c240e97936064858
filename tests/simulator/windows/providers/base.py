# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What providers have in common: refusing what they cannot do, and finding an instance by its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.windows.process import Machine
from simulator.wmi.literals import key_text
from simulator.wmi.model import CimType, Instance, Property, WmiClass, WmiError, WmiStatus


def properties(text: str, type: CimType = CimType.STRING, *, keys: Sequence[str] = ()) -> list[Property]:
    """Properties of one type from their names, separated by blanks; ``[]`` after a name makes it an array."""
    found: list[Property] = []
    for word in text.split():
        name = word.removesuffix("[]")
        found.append(Property(name, type, array=word.endswith("[]"), key=name in keys))
    return found


def sorted_properties(*groups: Sequence[Property]) -> tuple[Property, ...]:
    """All groups in the alphabetical order that WMI gives them."""
    return tuple(sorted((prop for group in groups for prop in group), key=lambda prop: prop.name.lower()))


class ReadOnlyProvider:
    """A provider without writable properties and without methods. Derive, and give :meth:`instances`."""

    wmi_class: WmiClass

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def instances(self) -> Sequence[Instance]:
        """All instances, in the provider's order."""
        raise NotImplementedError

    def get(self, keys: Mapping[str, str]) -> Instance:
        """The instance with these keys; raises WmiError NOT_FOUND."""
        wanted = {name: value.casefold() for name, value in keys.items()}
        for instance in self.instances():
            if all(key_text(instance.values.get(name)).casefold() == value for name, value in wanted.items()):
                return instance
        raise not_found()

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """Refused: nothing is writable."""
        raise WmiError(WmiStatus.PROVIDER_NOT_CAPABLE, "Provider is not capable of the attempted operation")

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Refused: no methods."""
        raise invalid_method()


def not_found() -> WmiError:
    """WBEM_E_NOT_FOUND as the providers of Windows word it."""
    return WmiError(WmiStatus.NOT_FOUND, "Not found")


def invalid_method() -> WmiError:
    """WBEM_E_INVALID_METHOD."""
    return WmiError(WmiStatus.INVALID_METHOD, "Invalid method Parameter(s)")
