# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vocabulary of WMI as this host implements it: classes, instances, providers, errors.

Written from MS-WMIO / MS-WSMV and the WMI SDK, for the machine (which provides) and the wire (which asks).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


class CimType(enum.Enum):
    """The CIM types that the classes of this host use; values name them as MOF does."""

    BOOLEAN = "boolean"
    UINT8 = "uint8"
    UINT16 = "uint16"
    SINT32 = "sint32"
    UINT32 = "uint32"
    UINT64 = "uint64"
    STRING = "string"
    DATETIME = "datetime"
    REFERENCE = "reference"
    OBJECT = "object"


@dataclass(frozen=True)
class Property:
    """A property of a class, or a parameter of a method."""

    name: str
    type: CimType = CimType.STRING
    array: bool = False
    key: bool = False
    writable: bool = False


@dataclass(frozen=True)
class Method:
    """A method. ``returns`` False: it has no ReturnValue at all, as IIsWebServer.Start (ms524894)."""

    name: str
    inputs: Sequence[Property] = ()
    outputs: Sequence[Property] = ()
    returns: bool = True
    static: bool = False


@dataclass(frozen=True)
class WmiClass:
    """A class with all its properties, inherited ones included. ``bases`` are its superclasses, nearest first."""

    name: str
    properties: Sequence[Property]
    methods: Sequence[Method] = ()
    bases: Sequence[str] = ()
    singleton: bool = False


@dataclass(frozen=True)
class ObjectPath:
    """A reference: namespace as ``root/cimv2``, class, keys."""

    namespace: str
    class_name: str
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Instance:
    """An object of a class; ``values`` may leave out properties that are NULL.

    A value is None, bool, int, str, an aware datetime, timedelta, ObjectPath, Instance (embedded), or a list.
    """

    class_name: str
    values: dict[str, Any]


class WmiStatus(enum.IntEnum):
    """WBEM status codes that this host raises (wbemcli.h, WmiSdk/wmi-error-constants)."""

    FAILED = 0x80041001
    NOT_FOUND = 0x80041002
    ACCESS_DENIED = 0x80041003
    TYPE_MISMATCH = 0x80041005
    INVALID_PARAMETER = 0x80041008
    INVALID_NAMESPACE = 0x8004100E
    INVALID_CLASS = 0x80041010
    PROVIDER_NOT_CAPABLE = 0x80041024
    INVALID_QUERY = 0x80041017
    INVALID_METHOD = 0x8004102E
    READ_ONLY = 0x80041023


class WmiError(Exception):
    """A call that WMI or a provider refuses. ``hresult`` may be a WmiStatus or a provider's own HRESULT."""

    def __init__(self, hresult: int, message: str) -> None:
        super().__init__(message)
        self.hresult = int(hresult) & 0xFFFFFFFF
        self.message = message


class Provider(Protocol):
    """Serves the instances of one class. Keys and arguments arrive as text or decoded by declared type."""

    wmi_class: WmiClass

    def instances(self) -> Sequence[Instance]:
        """All instances, in the provider's order."""

    def get(self, keys: Mapping[str, str]) -> Instance:
        """One instance; key values compare without case. Raises WmiError NOT_FOUND."""

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """Merge the changes (typed as declared) and return the updated instance."""

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Call a method; the result holds the outputs and, unless the method has none, ``ReturnValue``.

        It may take simulated time (await the machine's clock).
        """


@runtime_checkable
class ChoosesFragments(Protocol):
    """A provider that says whether it takes a Put of one property; others do."""

    supports_fragment_put: bool


@runtime_checkable
class PutsWhole(Protocol):
    """A provider with a rule of its own for a Put of the whole instance; others merge."""

    async def put_whole(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """As :meth:`Provider.put`; ``changes`` are the writable properties that the request gave, changed or not."""
