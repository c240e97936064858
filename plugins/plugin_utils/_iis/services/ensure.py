# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doors of the modules iis_service and iis_reset_access."""

from __future__ import annotations

from ..context import Context
from ..outcome import Outcome
from .change import change_services
from .options import ServiceOptions, check_options
from .reboot import reboot
from .reset_access import switch_access


def ensure_service(context: Context, options: ServiceOptions) -> Outcome:
    """Bring services into the wanted state, start mode and recovery, or reboot the machine. Raises IisError.

    One request for named services, two for all, when there is nothing to do.
    """
    check_options(options)
    return reboot(context, options) if options.reboots else change_services(context, options)


def ensure_reset_access(context: Context, *, state: str) -> Outcome:
    """Enable or disable IISReset on the host. Raises IisError when that can't be found out or doesn't change."""
    return switch_access(context, state)
