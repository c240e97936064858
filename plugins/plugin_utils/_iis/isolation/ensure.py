# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuring the isolation mode: the module iis_isolation_mode."""

from __future__ import annotations

from ..context import Context
from ..metabase.write import write_property
from ..outcome import Outcome
from .mode import (
    PROPERTY,
    SETTING,
    IsolationMode,
    Mode,
    read_configured,
    read_isolation_mode,
    refuse_newer_iis,
    w3svc_runs,
)


def ensure_isolation_mode(context: Context, *, mode: str) -> Outcome:
    """Configure the isolation mode for the module iis_isolation_mode.

    ``changed`` is true when the configured mode was changed or the running one still differs, so that a run that
    died between the change and the restart is finished by the next one.
    """
    wanted = Mode(mode)
    before = read_isolation_mode(context)
    must_write = before.configured is not wanted
    if must_write:
        refuse_newer_iis(context)
        if before.running is before.configured and not w3svc_runs(context):
            before = IsolationMode(before.configured, None)  # a host may tell a mode for a service that is stopped
    after = IsolationMode(wanted, before.running)
    if must_write and not context.check_mode:
        write_property(context, SETTING, PROPERTY, wanted is Mode.IIS5, lambda: read_configured(context) is Mode.IIS5)
    return Outcome(
        changed=must_write or after.restart_pending,
        values={
            "mode": wanted.value,
            "configured_mode_before": before.configured.value,
            **after.as_values(),
            "check_mode": context.check_mode,
        },
        before=before.as_values(),
        after=after.as_values(),
    )
