# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIS 6.0, as a whole."""

from __future__ import annotations

from ..context import Context
from ..server import Server
from .backups import Iis6Backups
from .family import FAMILY
from .isolation import MODES
from .keeper import Iis6Keeper, Iis6Metabase
from .pools import Iis6Pools
from .provider import iis_query
from .sites import Iis6Sites

#: The class that has the version of IIS.
VERSION_CLASS = "IIsWebInfo"


def read_version(context: Context) -> str | None:
    """Read the version of IIS: one request."""
    rows = iis_query(
        context,
        f"SELECT Name, MajorIIsVersionNumber, MinorIIsVersionNumber FROM {VERSION_CLASS}",
        "read the version of IIS",
    )
    numbers = [rows[0].integer(f"{part}IIsVersionNumber") for part in ("Major", "Minor")] if rows else [None]
    return None if None in numbers else ".".join(map(str, numbers))


IIS6 = Server(
    name="IIS 6.0",
    family=FAMILY,
    read_version=read_version,
    sites=Iis6Sites(),
    pools=Iis6Pools(),
    keeper=Iis6Keeper(),
    backups=Iis6Backups(),
    metabase=Iis6Metabase(),
    isolation=MODES,
)
