# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MBSchema.xml: the schema beside MetaBase.xml. IIS writes it, nobody may edit it (aa670761).

The real file is some 260 kB; this one lists the properties of :mod:`simulator.iis.schema` in the same form
(``x-urn:microsoft-catalog:MetaData_V7`` as public readers of the file name it). It is the same on every host.
"""

from __future__ import annotations

from functools import cache

from simulator.iis.schema import PROPERTIES, PropertyDef

NAMESPACE = "x-urn:microsoft-catalog:MetaData_V7"


def _attributes(definition: PropertyDef) -> str:
    named = (("INHERIT", definition.inherit), ("SECURE", definition.secure), ("VOLATILE", definition.volatile))
    return " | ".join(name for name, given in named if given) or "NO_ATTRIBUTES"


@cache
def render_schema() -> bytes:
    """The bytes of MBSchema.xml."""
    lines = [f'<?xml version ="1.0"?>\r\n<MetaData xmlns="{NAMESPACE}">\r\n<DatabaseMeta InternalName="METABASE">\r\n']
    lines.append('<Collection InternalName="MetabaseBaseClass">\r\n')
    lines += [
        f'\t<Property InternalName="{item.name}" ID="{item.identifier}" Type="{item.type.value[0]}" '
        f'Attributes="{_attributes(item)}"/>\r\n'
        for item in PROPERTIES.values()
    ]
    lines.append("</Collection>\r\n</DatabaseMeta>\r\n</MetaData>\r\n")
    return "".join(lines).encode("utf-8")
