# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of a WMI object: namespace, class and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ObjectPath:
    """A WMI object path: namespace (``root/MicrosoftIISv2``), class and key values.

    ``keys`` is empty for a class itself (static methods) and for a singleton. As a text it is a WMI path.
    """

    namespace: str
    class_name: str
    keys: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        keys = ",".join(f'{name}="{_escape(value)}"' for name, value in self.keys.items())
        return f"{self.namespace}:{self.class_name}" + (f".{keys}" if keys else "")


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
