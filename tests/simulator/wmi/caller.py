# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On whose behalf WMI works: providers impersonate their client (WmiSdk, impersonating a client)."""

from __future__ import annotations

from contextvars import ContextVar

ELEVATED: ContextVar[bool] = ContextVar("elevated", default=True)
"""Whether the client's token is a full one (W32: WmiSdk, user account control and WMI)."""
