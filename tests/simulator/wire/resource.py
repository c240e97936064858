# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a WMI request is about: its class, and the keys that its selectors give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.wire.epr import split_class_uri
from simulator.wire.fault import (
    DIFFERENT_NAMESPACE,
    INSUFFICIENT_SELECTORS,
    INVALID_RESOURCE_URI,
    NOT_SINGLETON,
    UNEXPECTED_SELECTORS,
    WsFault,
)
from simulator.wmi.literals import key_names
from simulator.wmi.model import WmiClass


@dataclass(frozen=True)
class Resource:
    """A WMI resource: its URI as the request spelled it, namespace and class (``*`` for queries)."""

    uri: str
    namespace: str
    class_name: str


def read_resource(uri: str) -> Resource:
    """The WMI resource of a URI; raises WsFault for any other URI."""
    parts = split_class_uri(uri)
    if parts is None:
        raise WsFault(INVALID_RESOURCE_URI)
    return Resource(uri, *parts)


def without_namespace(resource: Resource, selectors: Mapping[str, str]) -> dict[str, str]:
    """The selectors without __cimnamespace, which must agree with the URI; raises WsFault."""
    rest: dict[str, str] = {}
    for name, value in selectors.items():
        if name.casefold() != "__cimnamespace":
            rest[name] = value
        elif value.replace("\\", "/").casefold() != resource.namespace.casefold():
            raise WsFault(DIFFERENT_NAMESPACE)
    return rest


def keys_from(selectors: Mapping[str, str], wmi_class: WmiClass) -> dict[str, str]:
    """The keys under their declared names; raises WsFault if they are too many, too few, or missing altogether."""
    given = {name.casefold(): value for name, value in selectors.items()}
    declared = key_names(wmi_class)
    if wmi_class.singleton or not declared:
        if given:
            raise WsFault(UNEXPECTED_SELECTORS)
        return {}
    if not given:
        raise WsFault(NOT_SINGLETON)
    if set(given) - {name.casefold() for name in declared}:
        raise WsFault(UNEXPECTED_SELECTORS)
    if len(given) < len(declared):
        raise WsFault(INSUFFICIENT_SELECTORS)
    return {name: given[name.casefold()] for name in declared}
