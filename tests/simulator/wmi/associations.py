# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations: classes whose instances are pairs of references, such as Win32_DependentService."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.wmi.literals import path_text, same_keys, same_path
from simulator.wmi.model import CimType, Instance, ObjectPath, Property, WmiClass, WmiError, WmiStatus

Pairs = Callable[[], Iterable[tuple[ObjectPath, ObjectPath]]]


@dataclass(frozen=True)
class Link:
    """One association seen from an object: its own role, the other end, and the other end's role."""

    instance: Instance
    role: str
    other: ObjectPath
    other_role: str


class AssociationProvider:
    """Serves an association class; its two reference properties are its keys. Its other ``properties`` are NULL."""

    def __init__(
        self,
        class_name: str,
        source_role: str,
        target_role: str,
        pairs: Pairs,
        bases: Sequence[str] = (),
        properties: Sequence[Property] = (),
    ) -> None:
        self.roles = (source_role, target_role)
        self._pairs = pairs
        self.wmi_class = WmiClass(
            class_name,
            [*(Property(role, CimType.REFERENCE, key=True) for role in self.roles), *properties],
            bases=tuple(bases),
        )

    def instances(self) -> Sequence[Instance]:
        """All associations."""
        return [self._instance(source, target) for source, target in self._pairs()]

    def get(self, keys: Mapping[str, str]) -> Instance:
        """One association, by the paths of both ends; raises WmiError NOT_FOUND."""
        for instance in self.instances():
            if same_keys({role: path_text(instance.values[role]) for role in self.roles}, keys):
                return instance
        raise WmiError(WmiStatus.NOT_FOUND, "Not found")

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """Associations of this host are read-only."""
        raise WmiError(WmiStatus.PROVIDER_NOT_CAPABLE, "Provider is not capable of the attempted operation")

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Associations have no methods."""
        raise WmiError(WmiStatus.INVALID_METHOD, "Invalid method")

    def links(self, end: ObjectPath) -> Iterator[Link]:
        """The associations in which an object takes part, in either role."""
        source_role, target_role = self.roles
        for source, target in self._pairs():
            if same_path(source, end):
                yield Link(self._instance(source, target), source_role, target, target_role)
            if same_path(target, end):
                yield Link(self._instance(source, target), target_role, source, source_role)

    def _instance(self, source: ObjectPath, target: ObjectPath) -> Instance:
        source_role, target_role = self.roles
        return Instance(self.wmi_class.name, {source_role: source, target_role: target})
