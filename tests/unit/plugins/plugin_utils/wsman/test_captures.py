# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of a real Windows Server 2003 SP2, where they are at hand.

They are not part of this repository. Set IIS_CAPTURES to their folder, or put them beside the repository.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest
from unit.plugins.plugin_utils.wsman.scripted import talk

REPOSITORY = Path(__file__).parents[5]
FOLDER = Path(os.environ.get("IIS_CAPTURES") or REPOSITORY.parent / "shared" / "captures") / "server_2003"
RELATES_TO = "uuid:55F28C75-F63E-4F68-8360-A8C478003959"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no captures of Server 2003 in {FOLDER}; set IIS_CAPTURES")


def replay(name):
    host, _channel = talk((FOLDER / name).read_bytes(), new_id=lambda: RELATES_TO)
    return host.query("root/cimv2", "SELECT * FROM X")


@pytest.mark.parametrize(
    ("name", "class_name"), [("Win32_Service_all_000.xml", None), ("Win32_Service_star_000.xml", "Win32_Service")]
)
def test_the_services(name, class_name):
    services = {row.text("Name"): row for row in replay(name)}
    assert len(services) > 90
    assert {row.class_name for row in services.values()} == {class_name}
    alerter = services["Alerter"]
    assert alerter.integer("ExitCode") == 1077
    assert alerter.boolean("Started") is False
    assert alerter.timestamp("InstallDate") is None
    assert services["HTTPFilter"].boolean("AcceptPause") is True
    assert services["AeLookupSvc"].integer("ProcessId") == 864


@pytest.mark.parametrize("name", ["Win32_OperatingSystem_all_000.xml", "Win32_OperatingSystem_star_000.xml"])
def test_the_operating_system(name):
    [system] = replay(name)
    assert system.text("Version") == "5.2.3790"
    assert system.timestamp("LastBootUpTime") == datetime(2013, 4, 15, 16, 28, 38, 376625, tzinfo=timezone.utc)
    assert system.timestamp("InstallDate") == datetime(2013, 3, 11, 21, 28, 4, tzinfo=timezone.utc)
    assert system.text("Description") == ""
    assert system.boolean("PAEEnabled") is None
    assert system.text("SystemDevice") == "\\Device\\HarddiskVolume1"
