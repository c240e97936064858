# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secret options go to the host, and into nothing that Ansible shows."""

from __future__ import annotations

import json
from unittest.mock import MagicMock

import pytest

from ansible_collections.fleetops.iis.plugins.action import iis_metabase_backup
from ansible_collections.fleetops.iis.plugins.plugin_utils import _action_host
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance

PASSWORD = "Geheim-4711"


class Host:
    """A host that repeats what it was sent in the text of its refusal."""

    def ask(self, path, method, arguments=None):
        raise Fault("no more", codes=[0x80070103])

    def invoke(self, path, method, arguments=None):
        raise Fault(f"{method} refused {arguments}", codes=[0x80070057])

    def query(self, namespace, wql, *, limit=None):
        return [
            Instance(
                {
                    "Name": "IISADMIN",
                    "State": "Stopped",
                    "Version": "5.2.3790",
                    "SystemDirectory": "C:\\WINDOWS\\system32",
                    "FileSize": "1",
                }
            )
        ]


@pytest.fixture
def shown(monkeypatch):
    lines = []
    for level in ("display", "v", "vv", "vvv", "vvvv", "vvvvv"):
        monkeypatch.setattr(_action_host.display, level, lambda message, *_more, **_names: lines.append(message))
    return lines


def test_a_password_is_shown_nowhere(monkeypatch, shown):
    monkeypatch.setattr(iis_metabase_backup.ActionModule, "_connect", lambda _self: Host())
    monkeypatch.setattr(iis_metabase_backup.ActionModule, "_channel", MagicMock(endpoint="http://web1:5985/wsman"))
    task = MagicMock(
        args={"name": "nightly", "password": PASSWORD},
        action="x",
        async_val=0,
        check_mode=False,
        diff=True,
        delegate_to=None,
    )
    action = iis_metabase_backup.ActionModule(task, *(MagicMock() for _place in range(5)))
    result = action.run(task_vars={"inventory_hostname": "web1"})
    assert result["failed"]
    assert "BackupWithPassword refused" in result["msg"]
    assert PASSWORD not in json.dumps(result)
    assert any("BackupWithPassword(BackupLocation, BackupVersion, BackupFlags, Password)" in line for line in shown)
    assert not any(PASSWORD in line for line in shown)
