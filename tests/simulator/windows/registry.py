# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry: keys, typed values, and keys whose content is computed."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Union

Data = Union[str, int, bytes, list[str]]

HKEY_LOCAL_MACHINE = 0x80000002


class RegistryType(enum.IntEnum):
    """Value types (MS-RRP 2.2.9)."""

    SZ = 1
    EXPAND_SZ = 2
    BINARY = 3
    DWORD = 4
    MULTI_SZ = 7


@dataclass(frozen=True)
class RegistryValue:
    """A value under its name as spelled; the name of the default value is empty."""

    name: str
    type: RegistryType
    data: Data


class RegistryKey:
    """A key. Names of keys and values compare without case."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._children: dict[str, RegistryKey] = {}
        self._values: dict[str, RegistryValue] = {}

    def children(self) -> Mapping[str, RegistryKey]:
        """The subkeys by folded name."""
        return self._children

    def values(self) -> Mapping[str, RegistryValue]:
        """The values by folded name."""
        return self._values

    def child(self, name: str, *, create: bool = False) -> RegistryKey | None:
        """A subkey, made if asked for."""
        found = self.children().get(name.lower())
        if found is None and create:
            found = self._children[name.lower()] = RegistryKey(name)
        return found

    def put_child(self, key: RegistryKey) -> None:
        """Mount a key under its own name."""
        self._children[key.name.lower()] = key

    def set(self, name: str, type: RegistryType, data: Data) -> None:
        """Write a value."""
        self._values[name.lower()] = RegistryValue(name, type, data)

    def delete(self, name: str) -> bool:
        """Delete a value; False if there is none."""
        return self._values.pop(name.lower(), None) is not None


def write_code_pages(registry: Registry, oem_code_page: int) -> None:
    """Write which code page consoles have (cc775938)."""
    key = registry.open(r"SYSTEM\CurrentControlSet\Control\Nls\CodePage", create=True)
    if key is not None:
        key.set("OEMCP", RegistryType.SZ, str(oem_code_page))


class Registry:
    """The hives of one machine, by the number of their root key."""

    def __init__(self) -> None:
        self._hives: dict[int, RegistryKey] = {HKEY_LOCAL_MACHINE: RegistryKey("HKEY_LOCAL_MACHINE")}

    def open(self, path: str, hive: int = HKEY_LOCAL_MACHINE, *, create: bool = False) -> RegistryKey | None:
        """The key of a path with backslashes, or None."""
        key = self._hives.get(hive)
        for part in path.split("\\"):
            if key is None:
                return None
            if part:
                key = key.child(part, create=create)
        return key

    def value(self, path: str, name: str, hive: int = HKEY_LOCAL_MACHINE) -> RegistryValue | None:
        """One value, or None."""
        key = self.open(path, hive)
        return None if key is None else key.values().get(name.lower())
