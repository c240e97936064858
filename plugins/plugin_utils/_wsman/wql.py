# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL text, where a name from the outside world has to be put into it."""

from __future__ import annotations

from .text import check_text


def quote(text: str) -> str:
    r"""Write a string as a WQL literal, quotes included: ``O'Neil\x`` becomes ``'O\'Neil\\x'``.

    Backslash and quote are escaped by a backslash (win32: wql-supported-date-formats, querying-with-wql).
    Raises ValueError for a string that can't be sent in XML at all.
    """
    check_text(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
