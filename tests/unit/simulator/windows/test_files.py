# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The C: drive, and how WMI shows its files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import VirtualClock
from simulator.machine import Machine
from simulator.windows.codes import Win32
from simulator.windows.files import WindowsFileError, normalize

FILE = "C:\\WINDOWS\\system32\\inetsrv\\MetaBase.xml"


def refused(machine: Machine, data: bytes = b"x") -> int:
    with pytest.raises(WindowsFileError) as caught:
        machine.files.write(FILE, data)
    return caught.value.code


def test_files_are_real_files_in_the_state_folder(machine: Machine, tmp_path: Path):
    machine.files.write(FILE, b"<configuration/>")
    assert (tmp_path / "C/WINDOWS/system32/inetsrv/MetaBase.xml").read_bytes() == b"<configuration/>"


def test_names_compare_without_case_and_keep_their_spelling(machine: Machine):
    machine.files.write(FILE, b"1")
    machine.files.write(FILE.upper(), b"2")
    assert machine.files.read(FILE.lower()) == b"2"
    assert [entry.path for entry in machine.files.list("c:\\windows\\SYSTEM32\\inetsrv")] == [FILE]


def test_a_file_keeps_the_machines_time(machine: Machine, clock: VirtualClock):
    machine.clock_skew = 600
    clock.advance(60)
    machine.files.write(FILE, b"1")
    assert machine.files.info(FILE).modified - clock.now() == timedelta(seconds=600)


def test_a_read_only_file_is_not_written(machine: Machine):
    machine.files.write(FILE, b"1")
    machine.control_actions["set_read_only"](FILE)
    assert refused(machine) == Win32.ACCESS_DENIED
    machine.control_actions["set_read_only"](FILE, read_only=False)
    machine.files.write(FILE, b"2")


def test_a_locked_file_is_not_written_but_read_unless_it_is_locked_wholly(machine: Machine):
    machine.files.write(FILE, b"1")
    machine.control_actions["write_lock"](FILE)
    assert refused(machine) == Win32.SHARING_VIOLATION
    assert machine.files.read(FILE) == b"1"
    machine.files.write(FILE + ".tmp", b"2")
    with pytest.raises(WindowsFileError):
        machine.files.replace(FILE + ".tmp", FILE)
    machine.control_actions["write_lock"](FILE, reading=True)
    with pytest.raises(WindowsFileError):
        machine.files.read(FILE)
    machine.control_actions["unlock"](FILE)
    machine.files.replace(FILE + ".tmp", FILE)
    assert machine.files.read(FILE) == b"2"


def test_a_full_disk_takes_nothing_more(machine: Machine):
    machine.files.write(FILE, b"1")
    machine.control_actions["fill_disk"]()
    assert refused(machine) == Win32.DISK_FULL
    assert machine.files.read(FILE) == b"1"
    machine.control_actions["fill_disk"](full=False)
    machine.files.write(FILE, b"2")


def test_locks_end_with_a_restart(machine: Machine, clock: VirtualClock):
    machine.files.lock(FILE)
    machine.reboot()
    clock.advance(60)
    machine.files.write(FILE, b"1")


def test_shipped_files_exist_without_lying_anywhere(machine: Machine, tmp_path: Path):
    machine.files.ship("C:\\WINDOWS\\system32\\iisreset.exe", 14848)
    assert machine.files.exists("c:\\windows\\system32\\IISRESET.exe")
    assert [entry.path for entry in machine.files.list("C:\\")] == ["C:\\WINDOWS"]
    assert not (tmp_path / "C").exists()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT FileSize FROM CIM_DataFile WHERE Name = 'C:\\\\WINDOWS\\\\system32\\\\inetsrv\\\\MetaBase.xml'",
        "SELECT * FROM CIM_DataFile WHERE Drive='C:' AND FileName='metabase' AND Extension='XML'",
    ],
)
def test_wmi_finds_a_file(machine: Machine, clock: VirtualClock, query: str):
    machine.files.write(FILE, b"12345")
    machine.files.set_read_only(FILE)
    (row,) = machine.wmi.query("root/cimv2", query).rows
    values = row.instance.values
    assert values["FileSize"] == 5
    assert values["LastModified"] == clock.now()
    assert values["Writeable"] is False
    assert values["Name"] == FILE.lower()


def test_wmi_finds_a_file_by_its_key(machine: Machine):
    machine.files.write(FILE, b"12345")
    assert machine.wmi.get("root/cimv2", "CIM_DataFile", {"Name": FILE}).instance.values["FileSize"] == 5


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("C:\\a\\..\\b", "C:\\b"),
        ("c:/a/./b/", "C:\\a\\b"),
        ("\\a", "C:\\a"),
        ("C:\\", "C:\\"),
        ("C:\\..\\..\\a", "C:\\a"),
    ],
)
def test_paths_are_made_full(text: str, full: str):
    assert normalize(text) == full


@given(st.lists(st.sampled_from(["a", "..", ".", "b c", ""]), max_size=8))
def test_no_path_leaves_the_drive(parts: list[str]):
    full = normalize("C:\\" + "\\".join(parts))
    assert full.startswith("C:\\")
    assert ".." not in full.split("\\")
    assert normalize(full) == full
