# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ApplicationPool (iis/wmi-provider, applicationpool-class and its methods; microsoft/wmi for what was added)."""

from __future__ import annotations

import hashlib
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simulator.iis7.apphost import HEAD, Entry, section_of, set_attribute
from simulator.iis7.codes import ERROR_ALREADY_EXISTS, Refused
from simulator.iis7.host import Iis7
from simulator.iis7.providers import embedded
from simulator.iis7.providers.base import Provider7, key
from simulator.iis7.setup import add_pool
from simulator.iis7.spec import Pool7
from simulator.iis7.states import State
from simulator.iis7.switches import StateWhenDown
from simulator.windows.providers.base import not_found
from simulator.wmi.model import CimType, Method, Property, WmiClass

#: Property of the class -> attribute of the configuration.
_FLAGS = {
    "AutoStart": "autoStart",
    "Enable32BitAppOnWin64": "enable32BitAppOnWin64",
    "EnableConfigurationOverride": "enableConfigurationOverride",
    "PassAnonymousToken": "passAnonymousToken",
}
_TEXTS = {
    "CLRConfigFile": "CLRConfigFile",
    "ManagedRuntimeLoader": "managedRuntimeLoader",
    "ManagedRuntimeVersion": "managedRuntimeVersion",
}
_START_MODES = ("OnDemand", "AlwaysRunning")
_PIPELINES = ("Integrated", "Classic")
POOL_CLASS = WmiClass(
    "ApplicationPool",
    (
        *(Property(name, CimType.BOOLEAN, writable=True) for name in _FLAGS),
        *(Property(name, writable=True) for name in _TEXTS),
        Property("Cpu", CimType.OBJECT),
        Property("Failure", CimType.OBJECT),
        Property("ManagedPipelineMode", CimType.SINT32, writable=True),
        Property("Name", key=True),
        Property("ProcessModel", CimType.OBJECT),
        Property("QueueLength", CimType.UINT32, writable=True),
        Property("Recycling", CimType.OBJECT),
        Property("StartMode", CimType.SINT32, writable=True),
    ),
    (
        Method("Start", returns=False),
        Method("Stop", returns=False),
        Method("Recycle", returns=False),
        Method("GetState"),
        Method("GetApplicationPoolSid", (), (Property("Sid"),), returns=False),
        Method("Create", (Property("Name"), Property("AutoStart", CimType.BOOLEAN)), returns=False, static=True),
        Method("RevertToParent", (Property("PropertyName"),), returns=False),
    ),
    bases=("Object",),
)
_POLL = 0.1


class PoolProvider7(Provider7):
    """Serves the application pools. There is no property for the state."""

    def __init__(self, iis: Iis7) -> None:
        super().__init__(iis, POOL_CLASS)
        self.calls = {
            "Start": self._start,
            "Stop": self._stop,
            "Recycle": self._recycle,
            "GetState": self._get_state,
            "GetApplicationPoolSid": self._sid,
            "Create": self._create,
            "RevertToParent": self._revert,
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """The pools, in the file's order."""
        clear = self.iis.switches.clear_passwords
        for pool in self.iis.config.pools():
            yield {
                **{name: pool.flag(path) for name, path in _FLAGS.items()},
                **{name: pool.text(path) for name, path in _TEXTS.items()},
                "Cpu": embedded.cpu(pool),
                "Failure": embedded.failure(pool),
                "ManagedPipelineMode": _PIPELINES.index(pool.text("managedPipelineMode")),
                "Name": pool.name,
                "ProcessModel": embedded.process_model(pool, clear_passwords=clear),
                "QueueLength": pool.number("queueLength"),
                "Recycling": embedded.recycling(pool),
                "StartMode": _START_MODES.index(pool.text("startMode")),
            }

    def _pool(self, keys: Mapping[str, str], root: ET.Element | None = None) -> Entry:
        pool = self.iis.config.pool(key(keys, "Name"), root)
        if pool is None:
            raise not_found()
        return pool

    def write(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> None:
        """The plain properties."""
        with self.iis.config.change() as root:
            element = self._pool(keys, root).element
            for name, value in changes.items():
                if name in _FLAGS:
                    set_attribute(element, _FLAGS[name], "true" if value else "false")
                elif name in _TEXTS:
                    set_attribute(element, _TEXTS[name], str(value or ""))
                elif name == "QueueLength":
                    set_attribute(element, "queueLength", str(value))
                elif name == "StartMode":
                    set_attribute(element, "startMode", _START_MODES[int(value)])
                elif name == "ManagedPipelineMode":
                    set_attribute(element, "managedPipelineMode", _PIPELINES[int(value)])

    # -- state

    async def _start(self, keys: Mapping[str, str], _arguments: Mapping[str, Any]) -> dict[str, Any]:
        return await self._moved(self._pool(keys), self.iis.pools.start, State.STARTING, started=True)

    async def _stop(self, keys: Mapping[str, str], _arguments: Mapping[str, Any]) -> dict[str, Any]:
        return await self._moved(self._pool(keys), self.iis.pools.stop, State.STOPPING, started=False)

    async def _moved(
        self, pool: Entry, move: Callable[[str], None], passing: State, *, started: bool
    ) -> dict[str, Any]:
        move(pool.name)
        if self.iis.switches.wmi_stop_persists:
            with self.iis.config.change() as root:
                set_attribute(self._pool({"Name": pool.name}, root).element, "autoStart", str(started).lower())
        while not self.iis.switches.methods_return_at_once and self.iis.pools.state(pool.name) is passing:
            await self.iis.machine.clock.sleep(_POLL)
        return {}

    async def _recycle(self, keys: Mapping[str, str], _arguments: Mapping[str, Any]) -> dict[str, Any]:
        self.iis.pools.recycle(self._pool(keys).name)
        return {}

    async def _get_state(self, keys: Mapping[str, str], _arguments: Mapping[str, Any]) -> dict[str, Any]:
        state = self.iis.pools.state(self._pool(keys).name)
        if state is State.UNKNOWN and self.iis.switches.state_when_down is StateWhenDown.FAULT:
            raise Refused(self.iis.switches.was_down_code)
        return {"ReturnValue": int(state)}

    # -- configuration

    async def _sid(self, keys: Mapping[str, str], _arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The SID of the pool's virtual account. ASSUMED: it is in an out parameter, not the ReturnValue."""
        digest = hashlib.sha1(self._pool(keys).name.lower().encode("utf-16-le")).digest()
        return {"Sid": "S-1-5-82-" + "-".join(str(part) for part in struct.unpack("<5I", digest))}

    async def _create(self, _keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        name, auto_start = str(arguments.get("Name") or ""), arguments.get("AutoStart")
        if self.iis.config.pool(name) is not None:
            raise Refused(ERROR_ALREADY_EXISTS, name)
        with self.iis.config.change() as root:
            section = section_of(root, f"{HEAD}/applicationPools")
            element = add_pool(section, Pool7(name, auto_start=True if auto_start is None else bool(auto_start)))
            section.remove(element)
            section.insert(len(section.findall("add")), element)
        return {}

    async def _revert(self, keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """One property goes back to the defaults; without a name all of them do."""
        wanted = str(arguments.get("PropertyName") or "")
        with self.iis.config.change() as root:
            element = self._pool(keys, root).element
            for name in [wanted[:1].lower() + wanted[1:]] if wanted else [n for n in element.attrib if n != "name"]:
                element.attrib.pop(name, None)
        return {}
