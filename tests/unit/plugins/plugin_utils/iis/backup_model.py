# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The MetaBack folder of a host as plain Python objects: what EnumBackups and its sisters do with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.backups.options import BackupOptions
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, MethodResult

PROVIDER_FAILED = 2150859010
NEXT = -1
OVERWRITE, SAVE_FIRST, FORCE = 1, 2, 4


def asked(name, **options):
    """Options of iis_metabase_backup, those that aren't given as the module has them."""
    defaults = {
        "state": "present",
        "version": None,
        "password": None,
        "save_first": True,
        "overwrite": False,
        "force": False,
        "timeout": 120.0,
    }
    return BackupOptions(name, **{**defaults, **options})


def refuse(code):
    return Fault("the provider refused", codes=[PROVIDER_FAILED, code])


@dataclass
class ModelBackup:
    name: str
    version: int
    password: str
    made_at: datetime
    holds: object = None


@dataclass
class MetaBack:
    """The backups of a host. ``flags`` are those of the last backup, ``index_name`` is what the schema calls it."""

    backups: list[ModelBackup] = field(default_factory=list)
    flags: int | None = None
    index_name: str = "IndexIn"
    now: datetime = datetime(2026, 3, 1, 9, 0, tzinfo=timezone.utc)

    def add(self, name, *versions, password="", holds=None):
        for version in versions:
            self.now += timedelta(minutes=1)
            self.backups.append(ModelBackup(name, version, password, self.now, holds))

    def versions(self, name):
        return sorted(backup.version for backup in self.named(name))

    def named(self, name):
        return [backup for backup in self.backups if not name or backup.name.lower() == name.lower()]

    def find(self, name, version):
        found = [backup for backup in self.named(name) if backup.version == version]
        if not found:
            raise refuse(0x80070002)
        return found[0]

    def invoke(self, method, arguments, holds=None):
        name = arguments["BackupLocation"]
        if method == "EnumBackups":
            if self.index_name not in arguments:
                raise Fault("not the schema", codes=[2150858817])
            return self.enumerate(name, arguments[self.index_name])
        version = arguments["BackupVersion"]
        if method == "BackupWithPassword":
            self.flags = arguments["BackupFlags"]
            version = max(self.versions(name), default=-1) + 1 if version == NEXT else version
            if version in self.versions(name):
                if not self.flags & OVERWRITE:
                    raise refuse(0x80070050)
                self.backups.remove(self.find(name, version))
            self.add(name, version, password=arguments["Password"], holds=holds)
        elif method == "DeleteBackup":
            self.backups.remove(self.find(name, version))
        else:
            raise AssertionError(method)
        return MethodResult(None, Instance({}))

    def enumerate(self, name, index):
        named = sorted(self.named(name), key=lambda backup: -backup.version)
        if index >= len(named):
            raise refuse(0x80070103)
        row = {
            "BackupLocation": named[index].name,
            "BackupVersionOut": str(named[index].version),
            "BackupDateTimeOut": named[index].made_at,
        }
        return MethodResult(None, Instance(row))
