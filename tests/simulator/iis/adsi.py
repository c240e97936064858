# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ADSI's view of the metabase (IIS://localhost/W3SVC/1), as scripts use it.

Unlike WMI it controls sites of all four services alike. Failure is an IisError whose HRESULT becomes Err.Number.
"""

from __future__ import annotations

from simulator.iis.codes import E_ADS_PROPERTY_NOT_FOUND, ERROR_PATH_NOT_FOUND, IisError
from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.iis.metabase import Key, split
from simulator.iis.schema import PROPERTIES, PropertyDef, Value
from simulator.iis.sites import Command


class AdsiObject:
    """One metabase key through ADSI. ``path`` is below the computer: ``W3SVC/1``; empty is /LM itself."""

    def __init__(self, iis: Iis, path: str) -> None:
        """Bind to the object. Raises IisError 0x80070003 if there is no such key, or what IISADMIN being down gives."""
        iis.require_metabase()
        self._iis = iis
        self.path = "/".join(split(path))
        self.full_path = f"/LM/{self.path}" if self.path else "/LM"
        self.key: Key = iis.store.metabase.key(self.full_path)

    def definition(self, name: str) -> PropertyDef:
        """The property of that name. Raises IisError E_ADS_PROPERTY_NOT_FOUND."""
        found = PROPERTIES.get(name.lower())
        if found is None:
            raise IisError(E_ADS_PROPERTY_NOT_FOUND, "The directory property cannot be found in the cache.")
        return found

    def is_set(self, name: str) -> bool:
        """Whether the value is set at this very key."""
        return self.definition(name).name in self.key.values or name.lower() == "keytype"

    def get(self, name: str) -> Value:
        """The value that holds here."""
        found = self.definition(name)
        return self.key.key_type if found.name == "KeyType" else self._iis.store.metabase.get(self.full_path, name)

    async def set(self, name: str, value: Value) -> None:
        """Put and SetInfo. Raises IisError ERROR_PATH_BUSY."""
        found = self.definition(name)
        handle = await self._iis.handles.open_waiting(self.full_path, write=True)
        try:
            self._iis.store.metabase.set(self.full_path, found.name, value)
        finally:
            handle.close()
        self._iis.configuration_changed()

    async def control(self, command: Command) -> None:
        """Start, Stop, Pause, Continue of a site. Raises IisError."""
        for kind in self._iis.kinds:
            if self.key.key_type == kind.server_type:
                handle = await self._iis.handles.open_waiting(self.full_path, write=True)
                handle.close()
                await self._iis.sites[kind].command(int(self.key.name), command)
                return
        raise IisError(ERROR_PATH_NOT_FOUND)  # ASSUMED: the object has no such method, and the call fails

    @property
    def is_web_server(self) -> bool:
        """KeyType IIsWebServer, the only one whose ServerCommand adsutil SET takes."""
        return self.key.key_type == Kind.WEB.server_type
