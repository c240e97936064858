# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""xs:duration and xs:dateTime as WinRM reads and writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_DATETIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?", re.IGNORECASE
)


def parse_duration(value: str) -> float | None:
    """Seconds of ``PT20S``, ``P0DT0H1M40S``; None for anything else, negative durations included."""
    match = _DURATION.fullmatch(value.strip())
    if match is None or value.strip() in ("P", "PT"):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def format_duration(seconds: float) -> str:
    """``P0DT0H1M40S``: how a shell tells its run time."""
    whole = int(seconds)
    days, rest = divmod(whole, 86400)
    return f"P{days}DT{rest // 3600}H{rest % 3600 // 60}M{rest % 60}S"


def format_interval(value: timedelta) -> str:
    """A CIM interval: days to seconds, with a fraction only if there is one."""
    text = format_duration(value.days * 86400 + value.seconds)
    return f"{text[:-1]}.{value.microseconds:06d}".rstrip("0") + "S" if value.microseconds else text


def format_datetime(value: datetime) -> str:
    """``2013-04-15T16:28:43.488171Z``; trailing zeros of the fraction are cut (Server 2003 captures)."""
    moment = value.astimezone(timezone.utc)
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def parse_datetime(value: str) -> datetime | None:
    """A datetime; one without a zone is UTC. None if it is not one."""
    match = _DATETIME.fullmatch(value.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, zone = match.groups()[6:]
    offset = timedelta()
    if zone and zone.upper() != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        moment = datetime(year, month, day, hour, minute, second, micro, tzinfo=timezone.utc)
    except ValueError:
        return None
    return moment - offset
