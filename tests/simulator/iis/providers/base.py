# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every class of the IIS provider shares: it needs the metabase, and IIS's refusals become WMI errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from simulator.iis.codes import IisError
from simulator.iis.host import Iis
from simulator.iis.switches import ReturnValues
from simulator.wmi.model import CimType, Instance, Method, Property, WmiClass, WmiError, WmiStatus

NAMESPACE = "root/MicrosoftIISv2"

NAME = Property("Name", key=True)
#: CIM_LogicalElement's own.
ELEMENT = (
    Property("Caption"),
    Property("Description"),
    Property("InstallDate", CimType.DATETIME),
    NAME,
    Property("Status"),
)
SERVER_METHODS = tuple(Method(name, returns=False) for name in ("Start", "Stop", "Pause", "Continue"))


@contextmanager
def as_wmi_errors() -> Iterator[None]:
    """An IisError inside leaves as the WmiError that carries its HRESULT: the provider reports failures as the
    HRESULT of the call (iisweb.vbs reads Err.Number after it)."""
    try:
        yield
    except IisError as error:
        raise WmiError(error.hresult, error.text) from error


def not_found() -> WmiError:
    """WBEM_E_NOT_FOUND."""
    return WmiError(WmiStatus.NOT_FOUND, "Not found")


def invalid_method(name: str) -> WmiError:
    """WBEM_E_INVALID_METHOD."""
    return WmiError(WmiStatus.INVALID_METHOD, f"Invalid method {name}")


class IisProvider:
    """Serves one class. ``names`` lists the keys of its instances, ``values`` gives the properties of one."""

    #: Whether a Put of a single property may reach this class as a fragment.
    supports_fragment_put = True

    def __init__(
        self,
        iis: Iis,
        wmi_class: WmiClass,
        names: Callable[[], Sequence[str]],
        values: Callable[[str], dict[str, Any]] = lambda _name: {},
    ) -> None:
        self.iis = iis
        self._returns = iis.switches.return_values
        self.wmi_class = _with_returns(wmi_class, self._returns)
        self._names = names
        self._values = values

    def _instance(self, name: str) -> Instance:
        return Instance(self.wmi_class.name, {"Name": name, **self._values(name)})

    def instances(self) -> Sequence[Instance]:
        """All instances. Raises WmiError if IISADMIN is down."""
        with as_wmi_errors():
            self.iis.require_metabase()
            return [self._instance(name) for name in self._names()]

    def get(self, keys: Mapping[str, str]) -> Instance:
        """One instance. Raises WmiError NOT_FOUND, or what IISADMIN being down gives."""
        with as_wmi_errors():
            self.iis.require_metabase()
            return self._instance(self.find(keys))

    def find(self, keys: Mapping[str, str]) -> str:
        """The name, in its own spelling, that the keys mean. Raises WmiError NOT_FOUND."""
        wanted = next((value for key, value in keys.items() if key.lower() == "name"), "")
        for name in self._names():
            if name.lower() == wanted.lower():
                return name
        raise not_found()

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """The classes without Setting in their names are read-only."""
        raise WmiError(WmiStatus.PROVIDER_NOT_CAPABLE, "Provider is not capable of the attempted operation")

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Call a method of the class. Raises WmiError."""
        if method not in (known.name for known in self.wmi_class.methods):
            raise invalid_method(method)
        if refused := self.iis.switches.refused_methods.get(method):
            raise WmiError(refused, f"{self.wmi_class.name}.{method} cannot be invoked")
        with as_wmi_errors():
            self.iis.require_metabase()
            name = self.find(keys or {})
            result = await self.call(name, method, {key.lower(): value for key, value in arguments.items()})
            return {"ReturnValue": 0, **result} if self._returns is ReturnValues.ALL else result

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run a declared method on an instance; argument names are in lower case. May raise IisError."""
        raise invalid_method(method)


def _with_returns(wmi_class: WmiClass, rule: ReturnValues) -> WmiClass:
    """The class with what a host's switch says of the ReturnValue of methods."""
    if rule is ReturnValues.DOCUMENTED:
        return wmi_class
    methods = [replace(method, returns=rule is ReturnValues.ALL) for method in wmi_class.methods]
    return replace(wmi_class, methods=methods)


def number(arguments: Mapping[str, Any], name: str, default: int) -> int:
    """An integer argument; left out or NULL it is the default."""
    value = arguments.get(name)
    return default if value is None or value == "" else int(value)


def text(arguments: Mapping[str, Any], name: str) -> str:
    """A string argument; left out or NULL it is empty."""
    value = arguments.get(name)
    return "" if value is None else str(value)
