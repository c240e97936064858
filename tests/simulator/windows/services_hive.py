# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HKLM\\SYSTEM\\CurrentControlSet\\Services, kept true to the service control manager.

What the SCM knows is shown without being stored. What somebody writes into the registry stays there, and the SCM takes
notice at the next boot only; when the SCM itself changes a configuration (``sc failure``, ChangeStartMode), it writes
the values anew over whatever was there (ASSUMED: the SCM reads a service's key at boot, and writes it at each
change).
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.windows.recovery import Recovery, parse_blob
from simulator.windows.registry import Data, Registry, RegistryKey, RegistryType, RegistryValue
from simulator.windows.scm import ServiceControlManager
from simulator.windows.service import Service, StartMode

PATH = "SYSTEM\\CurrentControlSet\\Services"

_START_NUMBERS = {
    StartMode.BOOT: 0,
    StartMode.SYSTEM: 1,
    StartMode.AUTO: 2,
    StartMode.MANUAL: 3,
    StartMode.DISABLED: 4,
}
_ERROR_NUMBERS = {"Ignore": 0, "Normal": 1, "Severe": 2, "Critical": 3}
_KERNEL_DRIVER, _OWN_PROCESS, _SHARE_PROCESS = 0x01, 0x10, 0x20


def service_type(service: Service) -> int:
    """SERVICE_KERNEL_DRIVER, SERVICE_WIN32_OWN_PROCESS or SERVICE_WIN32_SHARE_PROCESS."""
    if service.driver:
        return _KERNEL_DRIVER
    return _SHARE_PROCESS if service.shared_process else _OWN_PROCESS


def start_number(mode: StartMode) -> int:
    """The registry's number of a start mode."""
    return _START_NUMBERS[mode]


class ServiceKey(RegistryKey):
    """The key of one service: the SCM's values, and over them what was written here since."""

    def __init__(self, service: Service) -> None:
        super().__init__(service.name)
        self._service = service
        self._deleted: set[str] = set()

    def values(self) -> Mapping[str, RegistryValue]:
        """The values by folded name."""
        merged = {key: value for key, value in self._derived().items() if key not in self._deleted}
        merged.update(self._values)
        return merged

    def set(self, name: str, type: RegistryType, data: Data) -> None:
        """Write a value; the SCM does not look."""
        self._deleted.discard(name.lower())
        super().set(name, type, data)

    def delete(self, name: str) -> bool:
        """Delete a value; the SCM does not look."""
        folded = name.lower()
        if folded not in self.values():
            return False
        self._values.pop(folded, None)
        if folded in self._derived():
            self._deleted.add(folded)
        return True

    def written_by_scm(self) -> None:
        """The SCM writes its own values anew."""
        for folded in self._derived():
            self._values.pop(folded, None)
            self._deleted.discard(folded)

    def _derived(self) -> dict[str, RegistryValue]:
        service = self._service
        values = [
            RegistryValue("Type", RegistryType.DWORD, service_type(service)),
            RegistryValue("Start", RegistryType.DWORD, start_number(service.start_mode)),
            RegistryValue("ErrorControl", RegistryType.DWORD, _ERROR_NUMBERS[service.error_control]),
            RegistryValue("ImagePath", RegistryType.EXPAND_SZ, service.image),
            RegistryValue("DisplayName", RegistryType.SZ, service.display_name),
            RegistryValue("ObjectName", RegistryType.SZ, service.start_name),
        ]
        if service.description:
            values.append(RegistryValue("Description", RegistryType.SZ, service.description))
        if service.depends_on:
            values.append(RegistryValue("DependOnService", RegistryType.MULTI_SZ, list(service.depends_on)))
        recovery = service.recovery
        if recovery.actions or recovery.reset_seconds:
            values.append(RegistryValue("FailureActions", RegistryType.BINARY, recovery.to_blob()))
        if recovery.command:
            values.append(RegistryValue("FailureCommand", RegistryType.SZ, recovery.command))
        if recovery.reboot_message:
            values.append(RegistryValue("RebootMessage", RegistryType.SZ, recovery.reboot_message))
        return {value.name.lower(): value for value in values}

    def read_by_scm(self) -> None:
        """Boot: the SCM reads the key, and what was written becomes the configuration."""
        if not self._values and not self._deleted:
            return
        service, values = self._service, self.values()
        start = _number(values, "start", start_number(service.start_mode))
        for mode, number in _START_NUMBERS.items():
            if number == start:
                service.start_mode = mode
        names = values.get("dependonservice")
        service.depends_on = tuple(names.data) if names is not None and isinstance(names.data, list) else ()
        service.image = _text(values, "imagepath") or service.image
        service.display_name = _text(values, "displayname") or service.name
        blob = values.get("failureactions")
        reset, actions = parse_blob(blob.data) if blob is not None and isinstance(blob.data, bytes) else (0, ())
        service.recovery = Recovery(reset, actions, _text(values, "failurecommand"), _text(values, "rebootmessage"))
        self.written_by_scm()


def _number(values: Mapping[str, RegistryValue], name: str, default: int) -> int:
    value = values.get(name)
    return value.data if value is not None and isinstance(value.data, int) else default


def _text(values: Mapping[str, RegistryValue], name: str) -> str:
    value = values.get(name)
    return value.data if value is not None and isinstance(value.data, str) else ""


class _ServicesKey(RegistryKey):
    """The key above: one subkey for each installed service, and those that somebody else made."""

    def __init__(self, scm: ServiceControlManager) -> None:
        super().__init__("Services")
        self._scm = scm

    def children(self) -> Mapping[str, RegistryKey]:
        for service in self._scm:
            if service.name.lower() not in self._children:
                self._children[service.name.lower()] = ServiceKey(service)
        return self._children

    def made(self) -> list[ServiceKey]:
        """The keys of services that anybody has looked at so far."""
        return [key for key in self._children.values() if isinstance(key, ServiceKey)]

    def made_for(self, service: Service) -> ServiceKey | None:
        key = self._children.get(service.name.lower())
        return key if isinstance(key, ServiceKey) else None


class ServicesHive:
    """Mounts the services under the registry and keeps both sides true to each other."""

    def __init__(self, registry: Registry, scm: ServiceControlManager) -> None:
        parent = registry.open(PATH.rpartition("\\")[0], create=True)
        if parent is None:
            raise KeyError(PATH)
        self._key = _ServicesKey(scm)
        parent.put_child(self._key)
        scm.on_config_changed = self._config_changed

    def _config_changed(self, service: Service) -> None:
        key = self._key.made_for(service)
        if key is not None:
            key.written_by_scm()

    def reload(self) -> None:
        """Boot: the SCM reads what was written into the registry."""
        for key in self._key.made():
            key.read_by_scm()
