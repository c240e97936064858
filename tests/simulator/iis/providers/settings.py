# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IIsXxxSetting classes: configuration, read and written.

A DWORD shows as sint32 (4294967295 is -1), a MULTISZ as an array of strings, some of them as embedded objects (see
:mod:`~.embedded`). A value is what holds at the key: set, inherited or the schema's default.

ASSUMED: a Put writes what differs from the value that holds now, at this key; read-only properties in a whole Put are
passed over; what happens to properties that a whole Put leaves out is a switch (:class:`~..switches.PutRule`), and so
is whether passwords can be read.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from simulator.iis.host import Iis
from simulator.iis.metabase import split
from simulator.iis.providers.base import NAME, IisProvider, as_wmi_errors
from simulator.iis.providers.embedded import EMBEDDED
from simulator.iis.providers.setting_classes import READ_ONLY, bits_of, properties_of
from simulator.iis.schema import BITS, DWORD_MAX, PROPERTIES, DataType, PropertyDef, Value
from simulator.iis.switches import PutRule
from simulator.wmi.model import CimType, Instance, Property, WmiClass, WmiError, WmiStatus

_CIM = {DataType.DWORD: CimType.SINT32, DataType.BOOL: CimType.BOOLEAN}
#: What a password reads as where it can't be read.
MASK = "**********"


def _wmi_property(item: PropertyDef) -> Property:
    writable = item.name not in READ_ONLY
    if item.name in EMBEDDED:
        return Property(item.name, CimType.OBJECT, array=True, writable=writable)
    return Property(
        item.name, _CIM.get(item.type, CimType.STRING), array=item.type is DataType.MULTISZ, writable=writable
    )


@functools.cache
def setting_class(name: str) -> WmiClass:
    """The WMI class of that name; one for all hosts of a fleet."""
    items = properties_of(name).values()
    bits = [Property(bit, CimType.BOOLEAN, writable=True) for item in items for bit in bits_of(item)]
    own = [Property("Caption"), Property("Description"), NAME, Property("SettingID")]
    return WmiClass(name, (*own, *map(_wmi_property, items), *bits), bases=("IIsSetting", "CIM_Setting"))


def to_wmi(item: PropertyDef, value: Value) -> Any:
    """A metabase value as WMI shows it."""
    if item.name in EMBEDDED:
        lines = value if isinstance(value, tuple) else ()
        return [instance for line in lines if (instance := EMBEDDED[item.name].read(line)) is not None]
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0x7FFFFFFF:
        return value - 0x100000000
    return value


def from_wmi(item: PropertyDef, value: Any) -> Value:
    """A value from a Put as the metabase holds it; NULL is the empty value. Raises WmiError TYPE_MISMATCH."""
    try:
        if item.type is DataType.BOOL:
            return value if isinstance(value, bool) else str(value).lower() == "true"
        if item.type is DataType.DWORD:
            return int(value or 0) & DWORD_MAX
        if item.type is DataType.MULTISZ:
            values = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
            return tuple(
                EMBEDDED[item.name].write(entry)
                if isinstance(entry, Instance) and item.name in EMBEDDED
                else str(entry)
                for entry in values
            )
    except (TypeError, ValueError) as error:
        raise WmiError(WmiStatus.TYPE_MISMATCH, "Type mismatch") from error
    return "" if value is None else str(value)


def _converted(items: Mapping[str, PropertyDef], values: Mapping[str, Value]) -> dict[str, Any]:
    """Those of the values that a class shows, as WMI shows them, with the named bits of flags."""
    shown: dict[str, Any] = {}
    for name, value in values.items():
        if (item := items.get(name)) is not None:
            shown[name] = to_wmi(item, value)
            shown.update((bit, bool(int(shown[name]) & mask)) for bit, mask in bits_of(item).items())
    return shown


@functools.cache
def _defaults(class_name: str) -> Mapping[str, Any]:
    """What the schema says where no key says anything; one table for all hosts of a fleet."""
    items = properties_of(class_name)
    return MappingProxyType(_converted(items, {item.name: item.default for item in items.values()}))


class SettingProvider(IisProvider):
    """Serves one Setting class; ``path_of`` gives the metabase path of an instance's name."""

    def __init__(
        self, iis: Iis, class_name: str, names: Callable[[], Sequence[str]], path_of: Callable[[str], str]
    ) -> None:
        super().__init__(iis, setting_class(class_name), names)
        self._path_of = path_of
        self._items = properties_of(class_name)
        self._inherited: tuple[str, dict[str, Any]] | None = None
        self.supports_fragment_put = iis.switches.fragment_put

    def instances(self) -> Sequence[Instance]:
        """All instances; what they inherit is read once for each parent."""
        try:
            return super().instances()
        finally:
            self._inherited = None

    def _instance(self, name: str) -> Instance:
        path = self._path_of(name)
        key = self.iis.store.metabase.key(path)
        values = {**self._above(path), **_converted(self._items, key.values), "Name": name}
        if self.iis.switches.mask_passwords:
            values.update((item.name, MASK) for item in self._items.values() if item.secure and values[item.name])
        return Instance(self.wmi_class.name, values)

    def _above(self, path: str) -> dict[str, Any]:
        parent = "/".join(split(path)[:-1]).lower()
        if self._inherited is None or self._inherited[0] != parent:
            inherited = _converted(self._items, self.iis.store.metabase.inherited(parent))
            values = {**_defaults(self.wmi_class.name), **inherited}
            self._inherited = (parent, values)
        return self._inherited[1]

    def get(self, keys: Mapping[str, str]) -> Instance:
        """One instance."""
        try:
            return super().get(keys)
        finally:
            self._inherited = None

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """Write the changes. Raises WmiError: not found, path busy, type mismatch."""
        with as_wmi_errors():
            self.iis.require_metabase()
            path = self._path_of(self.find(keys))
            handle = await self.iis.handles.open_waiting(path, write=True)
            try:
                self._apply(path, self._completed(changes))
            finally:
                handle.close()
        if self.wmi_class.name == "IIsComputerSetting":
            self.iis.configuration_changed()
        return self.get(keys)

    async def put_whole(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """A whole Put, not a fragment: as :meth:`put`, under the host's rule for what is left out."""
        rule = self.iis.switches.put_rule
        if rule is PutRule.MERGE:
            return await self.put(keys, changes)
        given = {name.lower() for name in changes}
        absent = [entry for entry in self.wmi_class.properties if entry.writable and entry.name.lower() not in given]
        omitted = [entry.name for entry in absent if not entry.array]
        if rule is PutRule.NEEDS_ALL and omitted:
            raise WmiError(WmiStatus.INVALID_PARAMETER, f"Invalid parameter: {omitted[0]} is missing")
        with as_wmi_errors():
            self.iis.require_metabase()
            for name in omitted:
                if name.lower() in PROPERTIES:
                    self.iis.store.metabase.unset(self._path_of(self.find(keys)), name)
        return await self.put(keys, {**{entry.name: None for entry in absent if entry.array}, **changes})

    def _completed(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The changes by schema property; named bits become a change of their flags."""
        plain = {name.lower(): value for name, value in changes.items()}
        return {name: value for name, value in plain.items() if name in PROPERTIES or name in BITS}

    def _apply(self, path: str, changes: Mapping[str, Any]) -> None:
        metabase = self.iis.store.metabase
        for name, value in changes.items():
            item, mask = BITS.get(name) or (PROPERTIES[name], 0)
            if item.name not in self._items or item.name in READ_ONLY or item.volatile:
                continue
            current = metabase.get(path, item.name)
            if mask:
                flags = int(current) if isinstance(current, int) else 0
                wanted: Value = flags | mask if value else flags & ~mask
            else:
                wanted = from_wmi(item, value)
            if wanted != current:
                metabase.set(path, item.name, wanted)
