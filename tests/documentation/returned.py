# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module's RETURN says, and whether a result keeps to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import stage
import yaml

MODULES = tuple(sorted(path.stem for path in (stage.ROOT / "plugins" / "modules").glob("iis_*.py")))

#: What Ansible itself puts into results, and what it says of every one.
_ANSIBLES = {
    *("changed", "failed", "msg", "diff", "warnings", "deprecations", "exception", "invocation", "unreachable"),
    *("attempts", "retries", "skipped", "skip_reason", "failed_when_result", "false_condition", "results"),
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "list": (list, tuple),
    "dict": dict,
    "raw": object,
}


def literal(module: str, name: str) -> str:
    """The text of DOCUMENTATION, EXAMPLES or RETURN in a module's file."""
    text = (stage.ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
    found = re.search(rf'^{name} = r"""\n(.*?)^"""$', text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"{module} has no {name}")
    return found[1]


@cache
def documented(module: str) -> Mapping[str, Any]:
    """A module's RETURN."""
    values: Mapping[str, Any] = yaml.safe_load(literal(module, "RETURN"))
    return values


def complaints(module: str, result: Mapping[str, Any]) -> list[str]:
    """What a result has that RETURN doesn't say, by the names of the values."""
    return sorted(set(_dict(module, result, documented(module))))


def seen(module: str, result: Mapping[str, Any]) -> set[str]:
    """The documented names that a result has, in full: ``sites.bindings.port``."""
    return set(_names(result, documented(module), ""))


def names(module: str) -> set[str]:
    """All documented names, in full."""
    return set(_documented_names(documented(module), ""))


def _dict(where: str, values: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if name in fields:
            yield from _value(f"{where}.{name}", value, fields[name])
        elif name not in _ANSIBLES and not name.startswith("_ansible"):
            yield f"{where}.{name} isn't documented"


def _value(where: str, value: Any, field: Mapping[str, Any]) -> Iterator[str]:
    if value is None:
        text = " ".join([field["description"]] if isinstance(field["description"], str) else field["description"])
        if "null" not in text.lower():
            yield f"{where} is null, which isn't documented"
        return
    expected = _TYPES[field["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        yield f"{where} is {type(value).__name__}, documented is {field['type']}"
        return
    for part in _parts(value, field):
        yield from _dict(where, part, field["contains"])
    if isinstance(value, (list, tuple)):
        wrong = {type(element).__name__ for element in value if not isinstance(element, _TYPES[field["elements"]])}
        yield from (f"{where} has a {name}, documented is {field['elements']}" for name in sorted(wrong))


def _parts(value: Any, field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What ``contains`` is about: the value itself, the elements of a list, or the values of a table by name."""
    if "contains" not in field:
        return []
    if isinstance(value, (list, tuple)):
        return [part for part in value if isinstance(part, dict)]
    if value and all(isinstance(part, dict) for part in value.values()) and not set(value) & set(field["contains"]):
        return list(value.values())
    return [value]


def _names(values: Mapping[str, Any], fields: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name in values.keys() & fields.keys():
        yield f"{prefix}{name}"
        if values[name] is not None:
            for part in _parts(values[name], fields[name]):
                yield from _names(part, fields[name]["contains"], f"{prefix}{name}.")


def _documented_names(fields: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name, field in fields.items():
        yield f"{prefix}{name}"
        yield from _documented_names(field.get("contains", {}), f"{prefix}{name}.")
