# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What every class of root\WebAdministration shares.

Refusals of IIS become WMI errors with their HRESULT. A filtered token is refused ("Access is denied": iis-docs,
managing sites with IIS's WMI provider).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from simulator.iis7.codes import Refused
from simulator.iis7.host import Iis7
from simulator.iis7.programs.appcmd.texts import texts_of
from simulator.windows.providers.base import ReadOnlyProvider
from simulator.wmi.caller import ELEVATED
from simulator.wmi.model import Instance, WmiClass, WmiError, WmiStatus

NAMESPACE = "root/WebAdministration"
Call = Callable[[Mapping[str, str], Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@contextmanager
def as_wmi_errors(iis: Iis7) -> Iterator[None]:
    """A Refused inside leaves as the WmiError that carries its HRESULT."""
    try:
        yield
    except Refused as error:
        number = error.code & 0xFFFF if error.code >> 16 == 0x8007 else error.code
        text = texts_of(iis.language).get(f"system {number:08x}", "Unspecified error")
        raise WmiError(error.code, text) from error


class Provider7(ReadOnlyProvider):
    """Serves one class. Derive, and give :meth:`rows`; ``calls`` has the methods by name."""

    def __init__(self, iis: Iis7, wmi_class: WmiClass) -> None:
        super().__init__(iis.machine)
        self.iis = iis
        self.wmi_class = wmi_class
        self.calls: dict[str, Call] = {}

    @property
    def supports_fragment_put(self) -> bool:
        """Whether a Put of a single property reaches the class."""
        return self.iis.switches.put

    def rows(self) -> Iterator[dict[str, Any]]:
        """The values of all instances; may raise Refused."""
        raise NotImplementedError

    def instances(self) -> Sequence[Instance]:
        """All instances. Raises WmiError."""
        self.check_token()
        with as_wmi_errors(self.iis):
            return [Instance(self.wmi_class.name, values) for values in self.rows()]

    @staticmethod
    def check_token() -> None:
        """Raise WmiError ACCESS_DENIED for a filtered token."""
        if not ELEVATED.get():
            raise WmiError(WmiStatus.ACCESS_DENIED, "Access denied")

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """Write the changes. Raises WmiError."""
        self.check_token()
        if not self.iis.switches.put:
            raise WmiError(WmiStatus.PROVIDER_NOT_CAPABLE, "Provider is not capable of the attempted operation")
        with as_wmi_errors(self.iis):
            self.write(keys, changes)
        return self.get(keys)

    def write(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> None:
        """Write properties that are writable; may raise Refused."""
        raise WmiError(WmiStatus.PROVIDER_NOT_CAPABLE, "Provider is not capable of the attempted operation")

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Call a method. Raises WmiError."""
        self.check_token()
        call = self.calls.get(method)
        if call is None:
            return await super().invoke(keys, method, arguments)
        if refused := self.iis.switches.refused_methods.get(method):
            raise WmiError(refused, f"{self.wmi_class.name}.{method} cannot be invoked")
        with as_wmi_errors(self.iis):
            return await call(keys or {}, arguments)


def key(keys: Mapping[str, str], name: str) -> str:
    """A key's value, whatever the case of its name."""
    return next((value for known, value in keys.items() if known.lower() == name.lower()), "")
