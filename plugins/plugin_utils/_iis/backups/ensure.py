# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metabase backups: present, absent or restored (module iis_metabase_backup)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..context import Context
from ..model.backups import HIGHEST_VERSION, NEXT_VERSION, Backup, NewBackup
from ..naming import nearest, no_such
from ..outcome import IisError, Outcome
from ..server import Saved
from ..versions import assumed, consult
from .options import BackupOptions, check_backup_options
from .restore import restore_backup


def ensure_metabase_backup(context: Context, options: BackupOptions) -> Outcome:
    """Bring a backup into the wanted state. Raises IisError, for contradicting options before anything is sent."""
    check_backup_options(options)
    before = consult(context, lambda server: server.backups.read_all(context, options.name))
    if options.state == "present":
        return _ensure_present(context, options, before)
    if options.state == "absent":
        return _ensure_absent(context, options, before)
    backup = _choose(options, before)
    if backup is None:
        raise _missing(context, options)
    return restore_backup(context, backup, password=options.password or "", timeout=options.timeout)


def _ensure_present(context: Context, options: BackupOptions, before: list[Backup]) -> Outcome:
    there = _choose(options, before)
    if there is not None and not options.overwrite:
        return _outcome(False, there, before, before, save=None)
    version = there.version if there is not None else options.number
    expected = max((backup.version for backup in before), default=-1) + 1 if version is None else version
    if expected > HIGHEST_VERSION:
        raise IisError(
            f"Couldn't make the metabase backup '{options.name}': it has a version {HIGHEST_VERSION}, and there is no "
            "higher one. Delete that, or use another name.",
            values={"backups": [backup.as_values() for backup in before]},
        )
    new = NewBackup(
        name=options.name,
        version=NEXT_VERSION if version is None else version,
        save_first=options.save_first,
        force=options.force,
        overwrite=options.overwrite,
        password=options.password or "",
    )
    asked = assumed(context)
    asked.backups.check(new, before)
    saved = _save_first(context, options) if options.save_first else None
    if assumed(context) is not asked:  # saving showed that it is another IIS, which has other backups
        now = assumed(context).backups.read_all(context, options.name)
        return _ensure_present(context, replace(options, save_first=False), now)
    if context.check_mode:
        made = Backup(options.name, expected)
        return _outcome(True, made, before, [*(it for it in before if it != there), made], save=saved)
    try:
        made, now = assumed(context).backups.make(context, new, before, timeout=options.timeout)
    except IisError as failure:
        failure.changed = failure.changed or (saved is not None and saved.changed)
        raise
    return _outcome(True, made, before, now, save=saved)


def _ensure_absent(context: Context, options: BackupOptions, before: list[Backup]) -> Outcome:
    unwanted = [backup for backup in before if options.number in (None, backup.version)]
    now = [backup for backup in before if backup not in unwanted]
    if unwanted and not context.check_mode:
        for done, unwanted_one in enumerate(unwanted):
            try:
                assumed(context).backups.delete(context, unwanted_one, timeout=options.timeout)
            except IisError as failure:
                failure.changed = failure.changed or done > 0
                raise
        now = assumed(context).backups.read_all(context, options.name)
        left = [backup for backup in now if options.number in (None, backup.version)]
        if left:
            raise IisError(
                f"IIS accepted that {_titles(unwanted)} be deleted, but {_titles(left)} is still among its backups.",
                values={"backups": [backup.as_values() for backup in now]},
                changed=len(now) < len(before),
            )
    backup = unwanted[-1] if options.number is not None and unwanted else None
    return _outcome(bool(unwanted), backup, before, now, save=None)


def _choose(options: BackupOptions, there: list[Backup]) -> Backup | None:
    """The backup that is meant, if it exists: by default the one with the highest version."""
    if options.version == "next":
        return None
    meant = [backup for backup in there if options.number in (None, backup.version)]
    return meant[-1] if meant else None


def _save_first(context: Context, options: BackupOptions) -> Saved | None:
    """Save the metabase, or stop here; with ``force`` a save that fails is a warning."""
    try:
        return consult(context, lambda server: server.keeper.save(context, timeout=options.timeout))
    except IisError as failure:
        if options.force:
            context.operator.warn(f"The backup may lack the newest changes. {failure.message}")
            return None
        raise IisError(
            f"The metabase backup '{options.name}' wasn't made, because the metabase could not be saved first. "
            f"{failure.message} To back up what the file holds use save_first=false, to try all the same force=true.",
            values={"save": {"changed": failure.changed, **failure.values, "msg": failure.message}},
            changed=failure.changed,
        ) from failure


def _missing(context: Context, options: BackupOptions) -> IisError:
    there = assumed(context).backups.read_all(context)
    number = "" if options.number is None else f" version {options.number}"
    titles = [backup.title for backup in nearest(options.name, there, lambda backup: backup.name)]
    return IisError(
        no_such(f"metabase backup '{options.name}'{number}", titles),
        values={"backups": [backup.as_values() for backup in there]},
    )


def _titles(backups: Iterable[Backup]) -> str:
    return ", ".join(backup.title for backup in backups)


def _outcome(
    changed: bool, backup: Backup | None, before: list[Backup], now: list[Backup], *, save: Saved | None
) -> Outcome:
    values: dict[str, Any] = {
        "backup": backup.as_values() if backup else None,
        "backups": [it.as_values() for it in now],
        "save": None if save is None else {"changed": save.changed, **save.as_values()},
    }
    return Outcome(changed, values, _diff(before), _diff(now))


def _diff(backups: list[Backup]) -> dict[str, Any]:
    return {"backups": [backup.as_values() for backup in backups]}
