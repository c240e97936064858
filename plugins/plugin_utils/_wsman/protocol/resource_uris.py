# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a WMI class lives in WS-Management: resource URIs (win32: resource-uris, MS-WSMV 3.1.4.1)."""

from __future__ import annotations

import re

from ..text import check_name
from .namespaces import CIM_SCHEMA, WMI

_NAMESPACE = re.compile(r"\w+(?:/\w+)*", re.ASCII)


def class_uri(namespace: str, class_name: str) -> str:
    """The URI of a class: ``…/wmi/root/cimv2/Win32_Service``. Raises ValueError for what isn't a WMI name."""
    return f"{WMI}{_checked(namespace)}/{check_name(class_name)}"


def query_uri(namespace: str) -> str:
    """The URI that WQL queries of a namespace go to: ``…/wmi/root/cimv2/*``."""
    return f"{WMI}{_checked(namespace)}/*"


def split_class_uri(uri: str) -> tuple[str, str] | None:
    """Namespace and class of a class URI, or None for another resource. The namespace may be empty.

    URIs are compared without case: a host answers in the case of the request.
    """
    for base in (WMI, CIM_SCHEMA):
        if uri.lower().startswith(base):
            namespace, _slash, class_name = uri[len(base) :].rpartition("/")
            return namespace, class_name
    return None


def _checked(namespace: str) -> str:
    cleaned = namespace.replace("\\", "/").strip("/")
    if not _NAMESPACE.fullmatch(cleaned):
        raise ValueError(f"{namespace!r} is not a WMI namespace")
    return cleaned
