# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of services share: a save of the metabase that is watched."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.iis6 import keeper
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError


class Saves:
    """Stands in for metabase_save.save: counts, notes what ran then, and fails on demand."""

    def __init__(self):
        self.running: list[set[str]] = []
        self.fails_with = ""

    def __call__(self, context, *, timeout, backup, admin):
        self.running.append(context.host.scm.running())
        if self.fails_with:
            raise IisError(self.fails_with, values={"path": "MetaBase.xml"})
        return SimpleNamespace(changed=True, as_values=lambda: {"path": "MetaBase.xml", "msg": "saved"})


@pytest.fixture(autouse=True)
def saves(monkeypatch):
    watched = Saves()
    monkeypatch.setattr(keeper, "save", watched)
    return watched
