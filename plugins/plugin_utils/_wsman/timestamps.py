# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in time and intervals, as CIM writes them.

On the wire they are ``cim:Datetime`` and ``cim:Interval`` (xs:dateTime and xs:duration, DSP0230 and the
Server 2003 captures: 0 to 6 fraction digits, ``Z`` or an offset); inside strings, and in ``cim:CIM_DateTime``, they
have the DMTF form: ``20130415162843.488171+000``, ``00000001020304.500000:000`` (DSP0004 5.2.4).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_XML = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DMTF = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-]\d{3})", re.ASCII)
_DMTF_INTERVAL = re.compile(r"(\d{8})(\d\d)(\d\d)(\d\d)\.(\d{6}):000", re.ASCII)
_DURATION = re.compile(
    r"(-?)P(?=[\dT])(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d+))?S)?)?", re.ASCII
)


def parse_timestamp(text: str) -> datetime | None:
    """Read an xs:dateTime or a DMTF datetime as an aware time in UTC; None when it is neither.

    A time without a zone is UTC, as WMI reads it. Digits beyond microseconds are cut.
    """
    stripped = text.strip()
    try:
        if match := _XML.fullmatch(stripped):
            *date, fraction, zone = match.groups()
            offset = _zone_minutes(zone)
        elif match := _DMTF.fullmatch(stripped):
            *date, fraction, minutes = match.groups()
            offset = int(minutes)
        else:
            return None
        year, month, day, hour, minute, second = map(int, date)
        local = datetime(year, month, day, hour, minute, second, _microseconds(fraction), timezone.utc)
        return local - timedelta(minutes=offset)
    except (ValueError, OverflowError):
        return None


def parse_interval(text: str) -> timedelta | None:
    """Read an xs:duration of days, hours, minutes and seconds, or a DMTF interval; None when it is neither."""
    if match := _DURATION.fullmatch(text.strip()):
        sign, days, hours, minutes, seconds, fraction = match.groups()
    elif match := _DMTF_INTERVAL.fullmatch(text.strip()):
        sign, (days, hours, minutes, seconds, fraction) = "", match.groups()
    else:
        return None
    try:
        interval = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=_microseconds(fraction),
        )
    except OverflowError:
        return None
    return -interval if sign else interval


def format_timestamp(moment: datetime) -> str:
    """Write a time as xs:dateTime in UTC; a naive one is taken for UTC, as WMI does."""
    aware = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    whole = aware.strftime("%m-%dT%H:%M:%S")
    return f"{aware.year:04d}-{whole}{_fraction(aware.microsecond)}Z"


def format_interval(interval: timedelta) -> str:
    """Write an interval as xs:duration with all four parts, as WMI does: ``P0DT0H1M40S``."""
    sign, length = ("-", -interval) if interval < timedelta(0) else ("", interval)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}P{length.days}DT{hours}H{minutes}M{seconds}{_fraction(length.microseconds)}S"


def _zone_minutes(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return -minutes if zone[0] == "-" else minutes


def _microseconds(fraction: str | None) -> int:
    return int((fraction or "0")[:6].ljust(6, "0"))


def _fraction(microseconds: int) -> str:
    return f".{microseconds:06d}".rstrip("0") if microseconds else ""
