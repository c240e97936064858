# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MetaBase.xml: the metabase on disk (cc782923, cc785251).

Each key is an element named after its type, with a ``Location`` and an attribute for each property set there::

    <IIsWebService Location="/LM/W3SVC"
            AppPoolId="DefaultAppPool"
            IIs5IsolationModeEnabled="TRUE"
        >
    </IIsWebService>

Values that the schema doesn't know are ``<Custom>`` elements. Volatile properties are not there. Secure ones are
encrypted with the session key of IIS_Global; here they are only unreadable (hexadecimal). ASSUMED: UTF-8 without a
byte order mark, attributes in alphabetical order.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from xml.sax.saxutils import escape

from simulator.iis.metabase import Key, Metabase, split
from simulator.iis.schema import PROPERTIES, PropertyDef, Value, format_value, parse_value

NAMESPACE = "urn:microsoft-catalog:XML_Metabase_V64_0"
_TAG = re.compile(r"\{[^}]*\}")
_QUOTED = re.compile(r'"[^"]*"')
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass
class FileVersion:
    """What IIS_Global says of the file: version and change number. The time stamps are of the schema files."""

    major: int = 1
    change_number: int = 1
    session_key: str = "00"
    schema_stamp: str = "00000000"


class BadMetabase(Exception):
    """A file that is no metabase: ill-formed XML, a wrong root, a value of the wrong type."""


def render(metabase: Metabase, version: FileVersion) -> str:
    """The text of MetaBase.xml."""
    parts = [
        '<?xml version ="1.0"?>\r\n'
        f'<configuration xmlns="{NAMESPACE}">\r\n<MBProperty>\r\n'
        '<IIS_Global\tLocation ="."\r\n'
        f'\t\tBINSchemaTimeStamp="{version.schema_stamp}"\r\n'
        f'\t\tChangeNumber="{version.change_number}"\r\n'
        f'\t\tHistoryMajorVersionNumber="{version.major}"\r\n'
        f'\t\tSessionKey="{version.session_key}"\r\n'
        f'\t\tXMLSchemaTimeStamp="{version.schema_stamp}"\r\n'
        "\t>\r\n</IIS_Global>\r\n"
    ]
    parts += [_element(path, key) for path, key in metabase.walk()]
    parts.append("</MBProperty>\r\n</configuration>\r\n")
    return "".join(parts)


def _element(path: str, key: Key) -> str:
    attributes = "".join(
        f'\t\t{name}="{_attribute(_text(PROPERTIES[name.lower()], value))}"\r\n'
        for name, value in sorted(key.persistent().items())
    )
    custom = "".join(
        f'\t<Custom\r\n\t\tName="{_attribute(name)}"\r\n\t\tID="0"\r\n\t\tValue="{_attribute(value)}"\r\n'
        '\t\tType="STRING"\r\n\t\tUserType="IIS_MD_UT_SERVER"\r\n\t\tAttributes="NO_ATTRIBUTES"\r\n\t/>\r\n'
        for name, value in sorted(key.custom.items())
    )
    return f'<{key.key_type}\tLocation ="{_attribute(path)}"\r\n{attributes}\t>\r\n{custom}</{key.key_type}>\r\n'


def _text(definition: PropertyDef, value: Value) -> str:
    text = format_value(definition, value)
    return text.encode("utf-16-le").hex() if definition.secure else text


def _value(definition: PropertyDef, text: str) -> Value:
    plain = bytes.fromhex(text).decode("utf-16-le") if definition.secure else text
    return parse_value(definition.type, plain, definition.name)


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;", "\t": "&#9;"})  # a reader would make a blank of a bare tab


def parse(text: str) -> tuple[Key, FileVersion]:
    """The tree and the version in a file. Raises BadMetabase."""
    try:
        root = ET.fromstring(_keep_line_ends(text))
    except ET.ParseError as error:
        raise BadMetabase(str(error)) from error
    section = root.find(f"{{{NAMESPACE}}}MBProperty")
    if root.tag != f"{{{NAMESPACE}}}configuration" or section is None:
        raise BadMetabase(f"the root element is {root.tag}")
    metabase = Metabase()
    version = FileVersion()
    for element in section:
        tag = _TAG.sub("", element.tag)
        try:
            if tag == "IIS_Global":
                version = _version(element)
            else:
                _read_key(metabase, tag, element)
        except ValueError as error:
            raise BadMetabase(f"{tag}: {error}") from error
    return metabase.root, version


def _keep_line_ends(text: str) -> str:
    """XML turns line ends in attributes into blanks, the metabase reads them as the ends of MULTISZ values."""
    bare = _COMMENT.sub("", text.lstrip("\ufeff"))
    return _QUOTED.sub(lambda quoted: re.sub(r"\r?\n", "&#10;", quoted.group()), bare)


def _version(element: ET.Element) -> FileVersion:
    return FileVersion(
        int(element.get("HistoryMajorVersionNumber", "0")),
        int(element.get("ChangeNumber", "0")),
        element.get("SessionKey", ""),
        element.get("XMLSchemaTimeStamp", ""),
    )


def _read_key(metabase: Metabase, tag: str, element: ET.Element) -> None:
    location = element.get("Location", "")
    if not location.startswith("/"):
        raise ValueError(f"Location {location!r}")
    parent = metabase.root
    key = parent
    for part in split(location):
        key = parent.children.setdefault(part.lower(), Key(part))
        parent = key
    key.key_type = tag
    for name, text in element.attrib.items():
        known = PROPERTIES.get(name.lower())
        if known is not None:
            key.values[known.name] = _value(known, text)
        elif name != "Location":
            key.custom[name] = text
    for custom in element:
        key.custom[custom.get("Name", "")] = custom.get("Value", "")
