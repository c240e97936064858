# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the application pool that is meant."""

from __future__ import annotations

from ..context import Context
from ..model.pools import Pool
from ..outcome import IisError
from ..versions import consult


def find_pool(context: Context, name: str) -> Pool | None:
    """Read the pool of that name, or None when there is none. Raises IisError for what can't be a name."""
    try:
        return consult(context, lambda server: server.pools.find(context, name))
    except ValueError as error:
        raise IisError(f"No application pool can have the name {name!r}: {error}") from error
