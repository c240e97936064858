# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the domain sends to hosts, found in its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import stage

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.isolation import mode as isolation_mode
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.metabase import settings as metabase_settings
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.pools import ensure as app_pools
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.states import Order
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows import control as scm

DOMAIN = stage.ROOT / "plugins" / "plugin_utils" / "_iis"

#: The methods behind an argument of ``invoke`` that isn't a literal.
METHODS_BEHIND = {
    ("pools/ensure.py", "method"): {plan[0] for plan in app_pools._PLANS.values() if plan},
    ("outage/drain.py", "Order.CONTINUE.value"): {Order.CONTINUE.value},
    ("outage/drain.py", "Order.PAUSE.value"): {Order.PAUSE.value},
    ("windows/recovery.py", "method"): {"GetBinaryValue", "GetStringValue", "GetExpandedStringValue"},
    ("windows/control.py", "method"): {
        method for move in (scm.STOP, scm.START, scm.PAUSE) for method in move.methods.values()
    },
    ("sites/change.py", "order.value"): {order.value for order in Order},
}
#: The properties behind an argument of ``write_property`` that isn't a literal.
PROPERTIES_BEHIND = {
    ("isolation/ensure.py", "PROPERTY"): {isolation_mode.PROPERTY},
    ("metabase/settings.py", "_PROPERTIES[name]"): set(metabase_settings._PROPERTIES.values()),
}
#: The programs behind an argument of ``run`` that isn't a literal.
PROGRAMS_BEHIND = {("services/iisreset.py", "PROGRAM"): {"iisreset"}}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """The modules of the domain, without the probe, which sends the same for its own sake."""
    for path in sorted(DOMAIN.rglob("*.py")):
        if path.parent.name != "probe":
            yield path, ast.parse(path.read_text())


def queries() -> set[str]:
    """Every WQL text, as a regular expression for what it becomes."""
    found = set()
    for _path, tree in sources():
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                pattern = "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                pattern = re.escape(node.value)
            else:
                continue
            if pattern.startswith((re.escape("SELECT "), re.escape("ASSOCIATORS "))):
                found.add(pattern)
    return found


def calls(name: str, index: int, behind: dict[tuple[str, str], set[str]]) -> set[str]:
    """The values of an argument in all calls of a function or method of this name."""
    found: set[str] = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or len(node.args) <= index:
                continue
            function = node.func
            if getattr(function, "attr", getattr(function, "id", None)) != name:
                continue
            if isinstance(function, ast.Attribute) and not ast.unparse(function.value).endswith("host"):
                continue
            argument = node.args[index]
            if isinstance(argument, ast.Constant):
                found.add(str(argument.value))
            else:
                found |= behind[path.relative_to(DOMAIN).as_posix(), ast.unparse(argument)]
    return found


def methods() -> set[str]:
    """Every WMI method that is called."""
    return calls("invoke", 1, METHODS_BEHIND) | calls("ask", 1, METHODS_BEHIND)


def written_properties() -> set[str]:
    """Every property that is written."""
    return calls("write_property", 2, PROPERTIES_BEHIND)


def programs() -> set[str]:
    """Every program that is run."""
    return calls("run", 0, PROGRAMS_BEHIND)
