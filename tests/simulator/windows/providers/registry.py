# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StdRegProv: the registry through static methods (W32: WmiSdk/stdregprov).

Return values: 0, 2 (ERROR_FILE_NOT_FOUND) for a key or value that isn't there; a value of another type gives
WBEM_E_TYPE_MISMATCH as the return value (ASSUMED).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.windows.cmd_environment import default_environment
from simulator.windows.codes import Win32
from simulator.windows.console import SYSTEM
from simulator.windows.providers.base import ReadOnlyProvider
from simulator.windows.registry import HKEY_LOCAL_MACHINE, Data, RegistryKey, RegistryType
from simulator.wmi.model import CimType, Instance, Method, Property, WmiClass, WmiStatus

_HIVE = Property("hDefKey", CimType.UINT32)
_KEY = Property("sSubKeyName")
_NAME = Property("sValueName")
_TYPES: dict[str, tuple[RegistryType, Property]] = {
    "StringValue": (RegistryType.SZ, Property("sValue")),
    "ExpandedStringValue": (RegistryType.EXPAND_SZ, Property("sValue")),
    "DWORDValue": (RegistryType.DWORD, Property("uValue", CimType.UINT32)),
    "BinaryValue": (RegistryType.BINARY, Property("uValue", CimType.UINT8, array=True)),
    "MultiStringValue": (RegistryType.MULTI_SZ, Property("sValue", array=True)),
}


def _methods() -> list[Method]:
    methods = [
        Method("EnumKey", (_HIVE, _KEY), (Property("sNames", array=True),), static=True),
        Method(
            "EnumValues",
            (_HIVE, _KEY),
            (Property("sNames", array=True), Property("Types", CimType.SINT32, array=True)),
            static=True,
        ),
        Method("CreateKey", (_HIVE, _KEY), static=True),
        Method("DeleteValue", (_HIVE, _KEY, _NAME), static=True),
    ]
    for name, (_type, value) in _TYPES.items():
        methods.append(Method(f"Get{name}", (_HIVE, _KEY, _NAME), (value,), static=True))
        methods.append(Method(f"Set{name}", (_HIVE, _KEY, _NAME, value), static=True))
    return methods


class StdRegProv(ReadOnlyProvider):
    """The class has no instances; everything is a static method."""

    wmi_class = WmiClass("StdRegProv", (), _methods(), singleton=True)

    def instances(self) -> Sequence[Instance]:
        """None."""
        return []

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Call one of the methods; ``hDefKey`` left out means HKEY_LOCAL_MACHINE."""
        verb, what = (method[:3], method[3:]) if method[3:] in _TYPES else (method, "")
        calls: dict[str, Callable[[], dict[str, Any]]] = {
            "EnumKey": lambda: self._enum_key(arguments),
            "EnumValues": lambda: self._enum_values(arguments),
            "CreateKey": lambda: self._create(arguments),
            "DeleteValue": lambda: self._delete(arguments),
            "Get": lambda: self._get(arguments, what),
            "Set": lambda: self._set(arguments, what),
        }
        call = calls.get(verb)
        if call is None:
            return await super().invoke(keys, method, arguments)
        return call()

    def _key(self, arguments: Mapping[str, Any], *, create: bool = False) -> RegistryKey | None:
        hive = arguments.get("hDefKey")
        path = str(arguments.get("sSubKeyName") or "")
        number = HKEY_LOCAL_MACHINE if hive in (None, "") else int(hive) & 0xFFFFFFFF
        return self.machine.registry.open(path, number, create=create)

    def _enum_key(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        key = self._key(arguments)
        if key is None:
            return {"ReturnValue": int(Win32.FILE_NOT_FOUND)}
        names = [child.name for _folded, child in sorted(key.children().items())]
        return {"ReturnValue": 0, "sNames": names or None}

    def _enum_values(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        key = self._key(arguments)
        if key is None:
            return {"ReturnValue": int(Win32.FILE_NOT_FOUND)}
        values = list(key.values().values())
        return {
            "ReturnValue": 0,
            "sNames": [value.name for value in values] or None,
            "Types": [int(value.type) for value in values] or None,
        }

    def _create(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        key = self._key(arguments, create=True)
        return {"ReturnValue": int(Win32.SUCCESS if key is not None else Win32.FILE_NOT_FOUND)}

    def _delete(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        key = self._key(arguments)
        done = key is not None and key.delete(str(arguments.get("sValueName") or ""))
        return {"ReturnValue": int(Win32.SUCCESS if done else Win32.FILE_NOT_FOUND)}

    def _get(self, arguments: Mapping[str, Any], what: str) -> dict[str, Any]:
        wanted, output = _TYPES[what]
        key = self._key(arguments)
        value = None if key is None else key.values().get(str(arguments.get("sValueName") or "").lower())
        if value is None:
            return {"ReturnValue": int(Win32.FILE_NOT_FOUND)}
        if value.type is not wanted:
            return {"ReturnValue": int(WmiStatus.TYPE_MISMATCH)}
        data: Any = value.data
        if isinstance(data, bytes):
            data = list(data)
        elif wanted is RegistryType.EXPAND_SZ:
            data = self._expanded(str(data))
        return {"ReturnValue": 0, output.name: data}

    def _set(self, arguments: Mapping[str, Any], what: str) -> dict[str, Any]:
        wanted, given = _TYPES[what]
        key = self._key(arguments)
        if key is None:
            return {"ReturnValue": int(Win32.FILE_NOT_FOUND)}
        key.set(str(arguments.get("sValueName") or ""), wanted, _data(wanted, arguments.get(given.name)))
        return {"ReturnValue": 0}

    def _expanded(self, text: str) -> str:
        known = {name.lower(): value for name, value in default_environment(self.machine, SYSTEM).items()}
        return re.sub(r"%([^%]+)%", lambda match: known.get(match[1].lower(), match[0]), text)


def _data(type: RegistryType, value: Any) -> Data:
    if type is RegistryType.DWORD:
        return int(value or 0) & 0xFFFFFFFF
    if type is RegistryType.BINARY:
        return bytes(int(number) & 0xFF for number in value or ())
    if type is RegistryType.MULTI_SZ:
        return [str(text) for text in value or ()]
    return str(value or "")
