# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that a program of the host prints as XML, read with the same care as an answer of the host."""

from __future__ import annotations

from .errors import MalformedAnswer
from .protocol.xml_reader import children, local_name, parse


def read_items(text: str, root: str, item: str) -> list[dict[str, str]]:
    """Read the attributes of every ``item`` element right below the ``root`` element, in order.

    What those elements contain is left out. Raises MalformedAnswer when the text isn't such a document, or not harmless
    XML: no document type, no entities of its own.
    """
    # The text is decoded already: whatever encoding its declaration names, it is UTF-8 from here on.
    body = text.strip().lstrip("\ufeff")
    if body.startswith("<?xml"):
        body = body.partition("?>")[2]
    document = parse(body.encode("utf-8", "surrogatepass"))
    if local_name(document) != root:
        raise MalformedAnswer(f"the host printed a document '{local_name(document)}' where '{root}' was expected")
    return [dict(element.attrib) for element in children(document, item)]
