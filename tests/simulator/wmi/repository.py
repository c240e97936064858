# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine's WMI: namespaces, the providers of their classes, and queries over them.

Names of namespaces, classes and properties compare without case (WmiSdk/wmi-object-path-requirements). A query of
a class covers its subclasses, each instance with the properties of its own class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from simulator.wmi.associations import AssociationProvider, Link, Pairs
from simulator.wmi.conditions import Condition, find_property
from simulator.wmi.literals import key_names, path_of
from simulator.wmi.model import Instance, ObjectPath, Property, Provider, WmiClass, WmiError, WmiStatus
from simulator.wmi.wql import Associators, References, Select, parse


@runtime_checkable
class TakesTime(Protocol):
    """A provider whose instances take time to be read."""

    def seconds_to_read(self, condition: Condition | None) -> float:
        """How many seconds a query with this condition takes."""


@dataclass(frozen=True)
class Row:
    """One result of a query: the instance, its class, and where it lives."""

    instance: Instance
    wmi_class: WmiClass
    path: ObjectPath


@dataclass(frozen=True)
class Result:
    """What a query gave. ``columns`` is None for whole instances, else the columns as the classes declare them."""

    rows: Sequence[Row]
    columns: Sequence[str] | None = None


class Repository:
    """The namespaces of one machine."""

    def __init__(self) -> None:
        self._namespaces: dict[str, dict[str, Provider]] = {}
        self._spelling: dict[str, str] = {}

    def register(self, namespace: str, provider: Provider) -> None:
        """Add a class to a namespace (``root/cimv2``); a class registered again replaces the former."""
        folded = _namespace(namespace)
        self._spelling.setdefault(folded, namespace.replace("\\", "/"))
        self._namespaces.setdefault(folded, {})[provider.wmi_class.name.casefold()] = provider

    def register_association(
        self,
        namespace: str,
        class_name: str,
        source_role: str,
        target_role: str,
        pairs: Pairs,
        bases: Sequence[str] = (),
        properties: Sequence[Property] = (),
    ) -> None:
        """Add an association class, e.g. Win32_DependentService with roles Antecedent and Dependent.

        ``pairs`` is called for each query and gives (source, target) paths. The class answers queries itself, and
        ASSOCIATORS OF / REFERENCES OF follow it both ways. ``properties`` are what it has besides, always NULL.
        """
        self.register(namespace, AssociationProvider(class_name, source_role, target_role, pairs, bases, properties))

    def unregister(self, namespace: str, class_name: str) -> None:
        """Take a class away, as when a component is removed or its WMI registration is broken."""
        self._classes(namespace).pop(class_name.casefold(), None)

    def namespaces(self) -> Sequence[str]:
        """The namespaces as registered."""
        return list(self._spelling.values())

    def provider(self, namespace: str, class_name: str) -> Provider:
        """The provider of a class; raises WmiError INVALID_NAMESPACE or INVALID_CLASS."""
        provider = self._classes(namespace).get(class_name.casefold())
        if provider is None:
            raise _invalid_class(class_name)
        return provider

    def family(self, namespace: str, class_name: str) -> Sequence[Provider]:
        """The providers of a class and its subclasses; a superclass need not be registered itself.

        Raises WmiError INVALID_NAMESPACE or INVALID_CLASS.
        """
        folded = class_name.casefold()
        found = [
            provider
            for provider in self._classes(namespace).values()
            if folded in (name.casefold() for name in (provider.wmi_class.name, *provider.wmi_class.bases))
        ]
        if not found:
            raise _invalid_class(class_name)
        return found

    def get(self, namespace: str, class_name: str, keys: Mapping[str, str]) -> Row:
        """One instance by its keys; raises WmiError (INVALID_CLASS, NOT_FOUND, or the provider's own)."""
        provider = self.provider(namespace, class_name)
        named = full_keys(provider.wmi_class, keys)
        instance = provider.get(named)
        return self._row(namespace, provider.wmi_class, instance)

    def all(self, namespace: str, class_name: str) -> Result:
        """All instances of a class and its subclasses."""
        return self._select(namespace, Select(None, class_name))

    def query(self, namespace: str, text: str) -> Result:
        """Run a WQL query; raises WmiError (INVALID_QUERY, INVALID_CLASS, NOT_FOUND, or a provider's own)."""
        query = parse(text)
        if isinstance(query, Select):
            return self._select(namespace, query)
        if isinstance(query, Associators):
            return Result(list(self._associators(namespace, query)))
        return Result(list(self._references(namespace, query)))

    def seconds(self, namespace: str, text: str) -> float:
        """How many seconds a query takes to read what it looks at; nothing for one that will be refused."""
        try:
            query = parse(text)
            if not isinstance(query, Select):
                return 0.0
            providers = self.family(namespace, query.class_name)
        except WmiError:
            return 0.0
        return sum(entry.seconds_to_read(query.condition) for entry in providers if isinstance(entry, TakesTime))

    # -- how

    def _classes(self, namespace: str) -> dict[str, Provider]:
        classes = self._namespaces.get(_namespace(namespace))
        if classes is None:
            raise WmiError(WmiStatus.INVALID_NAMESPACE, "Invalid namespace")
        return classes

    def _row(self, namespace: str, wmi_class: WmiClass, instance: Instance) -> Row:
        spelled = self._spelling[_namespace(namespace)]
        return Row(instance, wmi_class, path_of(spelled, wmi_class, instance.values))

    def _select(self, namespace: str, select: Select) -> Result:
        rows: list[Row] = []
        columns: dict[str, None] = {}
        for provider in self.family(namespace, select.class_name):
            wmi_class = provider.wmi_class
            for name in select.columns or ():
                if not name.startswith("__"):
                    columns.setdefault(find_property(wmi_class, name).name)
            for name in select.condition.names() if select.condition else ():
                find_property(wmi_class, name)
            rows += [
                self._row(namespace, wmi_class, instance)
                for instance in provider.instances()
                if select.condition is None or select.condition.holds(instance, wmi_class)
            ]
        return Result(rows, list(columns) if select.columns is not None else None)

    def _links(self, namespace: str, source: ObjectPath) -> Iterator[tuple[AssociationProvider, Link]]:
        """The associations of an object, which must exist: WMI answers NOT_FOUND else (associators-of-statement)."""
        start = self.get(namespace, source.class_name, source.keys).path
        for provider in self._classes(namespace).values():
            if isinstance(provider, AssociationProvider):
                for link in provider.links(start):
                    yield provider, link

    def _associators(self, namespace: str, query: Associators) -> Iterator[Row]:
        self._check_classes(namespace, query.assoc_class, query.result_class)
        seen: list[ObjectPath] = []
        for provider, link in self._links(namespace, query.source):
            if (
                _is_a(provider.wmi_class, query.assoc_class)
                and _matches(query.role, link.role)
                and _matches(query.result_role, link.other_role)
            ):
                row = self.get(link.other.namespace or namespace, link.other.class_name, link.other.keys)
                if _is_a(row.wmi_class, query.result_class) and row.path not in seen:
                    seen.append(row.path)
                    yield row

    def _references(self, namespace: str, query: References) -> Iterator[Row]:
        self._check_classes(namespace, query.result_class)
        for provider, link in self._links(namespace, query.source):
            if _is_a(provider.wmi_class, query.result_class) and _matches(query.role, link.role):
                yield self._row(namespace, provider.wmi_class, link.instance)

    def _check_classes(self, namespace: str, *names: str | None) -> None:
        for name in names:
            if name is not None:
                self.family(namespace, name)


def full_keys(wmi_class: WmiClass, keys: Mapping[str, str]) -> dict[str, str]:
    """Keys under their declared names; a single unnamed key is the class's only one. Raises WmiError INVALID_PARAMETER
    (WBEM_E_INVALID_OBJECT_PATH on hosts) if they are not just the class's keys."""
    declared = key_names(wmi_class)
    if list(keys) == [""] and len(declared) == 1:
        return {declared[0]: keys[""]}
    given = {name.casefold(): value for name, value in keys.items()}
    if sorted(given) != sorted(name.casefold() for name in declared) or len(given) != len(keys):
        raise WmiError(WmiStatus.INVALID_PARAMETER, "Invalid object path")
    return {name: given[name.casefold()] for name in declared}


def _namespace(namespace: str) -> str:
    return namespace.replace("\\", "/").strip("/").casefold()


def _invalid_class(name: str) -> WmiError:
    return WmiError(WmiStatus.INVALID_CLASS, f"Invalid class {name}")


def _matches(wanted: str | None, actual: str) -> bool:
    return wanted is None or wanted.casefold() == actual.casefold()


def _is_a(wmi_class: WmiClass, wanted: str | None) -> bool:
    return wanted is None or any(_matches(wanted, name) for name in _lineage(wmi_class))


def _lineage(wmi_class: WmiClass) -> Iterable[str]:
    return (wmi_class.name, *wmi_class.bases)
