# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text forms of WMI values: DMTF datetimes, object paths, key values.

Formats: WmiSdk/cim-datetime (``yyyymmddHHMMSS.mmmmmmsUUU``), WmiSdk/wmi-object-path-requirements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from simulator.wmi.model import ObjectPath, WmiClass

_DMTF = re.compile(r"(\d{14})\.(\d{6})([+-])(\d{3})")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2}):(\d{2}))?")


def to_dmtf(moment: datetime) -> str:
    """``20130415162838.376625+000``, in UTC."""
    return moment.astimezone(timezone.utc).strftime("%Y%m%d%H%M%S.%f+000")


def interval_to_dmtf(span: timedelta) -> str:
    """An interval as DMTF writes it (DSP0004 2.2.1): ``ddddddddhhmmss.mmmmmm:000``."""
    hours, rest = divmod(span.seconds, 3600)
    return f"{span.days:08d}{hours:02d}{rest // 60:02d}{rest % 60:02d}.{span.microseconds:06d}:000"


def from_query_datetime(text: str) -> datetime | None:
    """A datetime as WQL takes it: DMTF, or US style ``04/15/2013 16:28:38`` (WmiSdk/wql-operators); None if neither.

    ASSUMED: a US style moment is read as UTC, because the simulated hosts' time zone is UTC.
    """
    if match := _DMTF.fullmatch(text.strip()):
        digits, micro, sign, offset = match.groups()
        try:
            moment = datetime.strptime(f"{digits}{micro}+0000", "%Y%m%d%H%M%S%f%z")
        except ValueError:
            return None
        return moment - timedelta(minutes=int(f"{sign}{offset}"))
    if match := _US.fullmatch(text.strip()):
        month, day, year, hour, minute, second = (int(part or 0) for part in match.groups())
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
        except ValueError:
            return None
    return None


def key_text(value: Any) -> str:
    """A key's value as text, the way a selector or an object path holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return to_dmtf(value)
    if isinstance(value, ObjectPath):
        return path_text(value)
    return str(value)


def path_text(path: ObjectPath, *, with_namespace: bool = True) -> str:
    r"""``root\cimv2:Win32_Service.Name="W3SVC"``; backslash and double quote are escaped within values."""
    prefix = path.namespace.replace("/", "\\") + ":" if with_namespace and path.namespace else ""
    if not path.keys:
        return f"{prefix}{path.class_name}=@"
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in path.keys.items())
    return f"{prefix}{path.class_name}.{pairs}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def same_keys(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two sets of keys name the same object; names and values compare without case (MS-WSMV 3.1.4.1.1)."""
    return _folded(one) == _folded(other)


def same_path(one: ObjectPath, other: ObjectPath) -> bool:
    """Whether two references name the same object; a namespace that is left out matches any."""
    namespaces = {one.namespace.casefold(), other.namespace.casefold()} - {""}
    return (
        len(namespaces) <= 1
        and one.class_name.casefold() == other.class_name.casefold()
        and same_keys(one.keys, other.keys)
    )


def _folded(keys: Mapping[str, str]) -> dict[str, str]:
    return {name.casefold(): value.casefold() for name, value in keys.items()}


def key_names(wmi_class: WmiClass) -> list[str]:
    """The names of a class's key properties, as declared."""
    return [prop.name for prop in wmi_class.properties if prop.key]


def path_of(namespace: str, wmi_class: WmiClass, values: Mapping[str, Any]) -> ObjectPath:
    """The object path of an instance with these values."""
    return ObjectPath(namespace, wmi_class.name, {name: key_text(values.get(name)) for name in key_names(wmi_class)})
