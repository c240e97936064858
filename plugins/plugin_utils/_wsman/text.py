# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be put into an XML document: characters and names."""

from __future__ import annotations

import re

# XML 1.0, 2.2 Char.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def check_text(text: str) -> str:
    """Return the text, or raise ValueError when XML 1.0 has no way to write one of its characters."""
    if match := _FORBIDDEN.search(text):
        raise ValueError(f"the character U+{ord(match.group()):04X} can't be sent to the host")
    return text


def check_name(name: str) -> str:
    """Return a WMI identifier (class, property, method, parameter), or raise ValueError when it isn't one."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a WMI name")
    return name
