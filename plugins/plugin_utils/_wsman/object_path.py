# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of a WMI object: namespace, class and keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ObjectPath:
    """A WMI object path: namespace (``root/MicrosoftIISv2``), class and key values.

    ``keys`` is empty for a class itself (static methods) and for a singleton. As a text it is a WMI path,
    which :func:`parse_object_path` reads back.
    """

    namespace: str
    class_name: str
    keys: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        keys = ",".join(f'{name}="{_escape(value)}"' for name, value in self.keys.items())
        return f"{self.namespace}:{self.class_name}" + (f".{keys}" if keys else "")


_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\w+)"""
_KEY = re.compile(rf"(\w+)=({_VALUE})(?:,|$)", re.DOTALL)
_OBJECT_PATH = re.compile(
    rf"(?:\\\\[^\\/]+[\\/])?(?:(?P<namespace>\w+(?:[\\/]\w+)*):)?(?P<class>\w+)"
    rf"(?:=@|\.(?P<keys>\w+={_VALUE}(?:,\w+={_VALUE})*))?",
    re.DOTALL,
)


def parse_object_path(text: str) -> ObjectPath | None:
    r"""Read a WMI object path, ``\\HOST\root\cimv2:Win32_Service.Name="W3SVC"``; None when it isn't one.

    The host is dropped, the namespace is written with slashes; without one it is the empty string.
    """
    match = _OBJECT_PATH.fullmatch(text.strip())
    if match is None:
        return None
    return ObjectPath(
        (match.group("namespace") or "").replace("\\", "/"),
        match.group("class"),
        {name: _unquote(value) for name, value in _KEY.findall(match.group("keys") or "")},
    )


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _unquote(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL) if value[0] in "\"'" else value
