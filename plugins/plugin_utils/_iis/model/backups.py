# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a backup of the configuration is, whichever IIS made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..._wsman.text import check_text
from ..outcome import IisError

#: Characters in the name of a backup, at most (MD_BACKUP_MAX_LEN, ms525387).
LONGEST_NAME = 100

#: The highest version that a backup can have (MD_BACKUP_MAX_VERSION, MS-IMSA 3.3.4.1).
HIGHEST_VERSION = 9999
#: Give the backup the next free version (MD_BACKUP_NEXT_VERSION, 0xFFFFFFFF as the sint32 that WMI takes).
NEXT_VERSION = -1

_FORBIDDEN = '<>:"/\\|?*'


@dataclass(frozen=True)
class Backup:
    """One backup. ``made_at`` is in UTC, None when the host doesn't report it."""

    name: str
    version: int
    made_at: datetime | None = None

    @property
    def title(self) -> str:
        """What messages call it: ``'nightly' version 3``."""
        return f"'{self.name}' version {self.version}"

    def as_values(self) -> dict[str, Any]:
        """The backup under the names that the modules return."""
        return {
            "name": self.name,
            "version": self.version,
            "made_at": self.made_at.isoformat() if self.made_at else None,
        }


@dataclass(frozen=True)
class NewBackup:
    """How a backup is to be made.

    ``version`` is a number, or NEXT_VERSION. ``save_first`` has IIS save what is in memory before, ``force`` makes the
    backup even if that fails, ``overwrite`` replaces one of the same name and version. The password protects it.
    """

    name: str
    version: int = NEXT_VERSION
    save_first: bool = True
    force: bool = False
    overwrite: bool = False
    password: str = ""

    @property
    def title(self) -> str:
        """What messages call it: ``'nightly' version 3``, or ``'nightly'`` where the version isn't known yet."""
        return f"'{self.name}'" if self.version == NEXT_VERSION else f"'{self.name}' version {self.version}"


def check_backup_name(name: str) -> None:
    """Refuse a name that can't be one: a backup is a file, so the rules are those of file names."""
    if not name.strip():
        raise IisError("The name of a metabase backup can't be empty.")
    if len(name) > LONGEST_NAME:
        raise IisError(
            f"The name of a metabase backup has {len(name)} characters, but at most {LONGEST_NAME} are allowed."
        )
    try:
        check_text(name)
    except ValueError as error:
        raise IisError(f"No metabase backup can have the name {name!r}: {error}.") from error
    bad = sorted({character for character in name if character in _FORBIDDEN or ord(character) < 32})
    if bad:
        shown = " ".join(repr(character) for character in bad)
        raise IisError(f"The name of a metabase backup can't contain {shown}: {name!r}")
