# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of iis_metabase_backup, and which combinations make no sense."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..._wsman.text import check_text
from ..model.backups import HIGHEST_VERSION, check_backup_name
from ..outcome import IisError

NEXT, HIGHEST = "next", "highest"


@dataclass(frozen=True)
class BackupOptions:
    """The options of iis_metabase_backup, under their names; ``timeout`` in seconds.

    ``version`` is a number as text, ``next``, ``highest``, or None for any. The password is in no representation.
    """

    name: str
    state: str
    version: str | None
    password: str | None = field(repr=False)
    save_first: bool
    overwrite: bool
    force: bool
    timeout: float

    @property
    def number(self) -> int | None:
        """The version, where a certain one is meant."""
        return None if self.version in (None, NEXT, HIGHEST) else int(self.version or "")


def check_backup_options(options: BackupOptions) -> None:
    """Raise IisError for what can't be meant, before anything is sent to the host."""
    check_backup_name(options.name)
    if options.version not in (None, NEXT, HIGHEST) and not _is_version(options.version or ""):
        raise IisError(
            f"version has to be a number from 0 to {HIGHEST_VERSION}, {NEXT} or {HIGHEST}, not {options.version!r}."
        )
    for wrong, message in _contradictions(options):
        if wrong:
            raise IisError(message)
    try:
        check_text(options.password or "")
    except ValueError:
        raise IisError("password has a character that can't be sent to the host.") from None


def _is_version(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", text) is not None and int(text) <= HIGHEST_VERSION


def _contradictions(options: BackupOptions) -> list[tuple[bool, str]]:
    present = options.state == "present"
    return [
        (
            options.version == NEXT and not present,
            "version=next is a backup that doesn't exist yet, so it only applies to state=present.",
        ),
        (
            options.version == HIGHEST and options.state == "absent",
            "state=absent with version=highest would delete another backup at every run. Give the number of the "
            "version, or leave it out to delete all versions.",
        ),
        (
            options.overwrite and not present,
            "overwrite only applies to state=present.",
        ),
        (
            options.overwrite and options.version in (None, NEXT),
            "overwrite needs to know which backup to replace: give a number or highest as version.",
        ),
        (
            options.force and not (present and options.save_first),
            "force makes a backup even if saving the metabase first fails, so it only applies to state=present with "
            "save_first=true.",
        ),
        (
            options.password == "",
            "password is empty, and a backup without a password isn't protected. Leave password out if that is meant.",
        ),
        (
            options.password is not None and options.state == "absent",
            "No password is needed to delete a backup; leave it out with state=absent.",
        ),
    ]
