# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL text, where a name from the outside world has to be put into it."""

from __future__ import annotations

from datetime import datetime, timezone

from .text import check_text


def quote(text: str) -> str:
    r"""Write a string as a WQL literal, quotes included: ``O'Neil\x`` becomes ``'O\'Neil\\x'``.

    Backslash and quote are escaped by a backslash (win32: wql-supported-date-formats, querying-with-wql).
    Raises ValueError for a string that can't be sent in XML at all.
    """
    check_text(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def quote_time(moment: datetime) -> str:
    """Write an aware time as a WQL literal, quotes included: ``'20130415162843.488171+000'``.

    WMI compares such a literal with a datetime property, whatever the zones (win32: wql-supported-date-formats).
    """
    return f"'{moment.astimezone(timezone.utc):%Y%m%d%H%M%S.%f}+000'"
