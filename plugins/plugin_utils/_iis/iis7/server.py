# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIS 7 and later, as a whole."""

from __future__ import annotations

from ..context import Context
from ..server import Feature, Server
from .backups import Iis7Backups
from .family import FAMILY
from .features import read_features, read_version
from .isolation import Iis7IsolationModes
from .keeper import Iis7Keeper
from .pools import Iis7Pools
from .sites import Iis7Sites


def read_version_text(context: Context) -> str | None:
    """Read the version of IIS, ``10.0``: one request."""
    version = read_version(context)
    return None if version is None else ".".join(map(str, version))


IIS7 = Server(
    name="IIS 7 and later",
    has="have",
    family=FAMILY,
    read_version=read_version_text,
    sites=Iis7Sites(),
    pools=Iis7Pools(),
    keeper=Iis7Keeper(),
    backups=Iis7Backups(),
    isolation=Iis7IsolationModes(),
    read_features=lambda context: read_features(context).as_values(),
    absent={
        Feature.METABASE_SETTINGS: (
            "This host runs IIS 7 or later, which has no metabase: an edit of applicationHost.config always takes "
            "effect at once, and the Application Host Helper Service (AppHostSvc) keeps its history by the "
            "configuration section system.applicationHost/configHistory."
        ),
    },
)
