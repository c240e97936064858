# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the module iis_probe."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..plugin_utils._action import IisAction
from ..plugin_utils._iis.context import Context
from ..plugin_utils._iis.outcome import IisError, Outcome
from ..plugin_utils._iis.probe.redaction import Pseudonyms
from ..plugin_utils._iis.probe.run import Run
from ..plugin_utils._wsman.recording.channel import Recording, RecordingChannel
from ..plugin_utils._wsman.recording.transcript import compose
from ..plugin_utils._wsman.transport.channel import Channel


class ActionModule(IisAction):
    """Tries every request shape of the collection on a host, and writes a transcript."""

    ARGUMENT_SPEC = {
        "shell": {"type": "bool", "default": False},
        "writes": {"type": "bool", "default": False},
        "transcript": {"type": "path"},
        "redact": {"type": "bool", "default": True},
    }

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        self._recording = Recording()
        self._hosts = [self._host_name(task_vars or {})]
        return super().run(tmp, task_vars)

    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        _refuse_folder(options["transcript"])
        run = Run(context, self._recording, shell=options["shell"], writes=options["writes"])
        path = None if context.check_mode else options["transcript"]
        written = None
        try:
            run.carry_out()
        finally:
            if path:
                written = self._write(Path(path), run, redact=options["redact"])
        outcome = run.outcome()
        outcome.values["transcript"] = written
        return outcome

    def _open_channel(self) -> Channel:
        channel = super()._open_channel()
        self._hosts.append(urlsplit(channel.endpoint).hostname or "")
        return RecordingChannel(channel, self._recording)

    def _write(self, path: Path, run: Run, *, redact: bool) -> str:
        names = None
        if redact:
            names = Pseudonyms(hosts=self._hosts, users=[str(self._connection.get_option("remote_user") or "")])
        about = {
            "recorded_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "dialects": run.dialects,
            "shapes": [finding.as_values() for finding in run.findings],
        }
        content = compose(self._recording, names, about)
        if names is not None:
            for shape in content["shapes"]:
                shape["request"] = names.words(shape["request"])
                shape["detail"] = names.words(shape["detail"])
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            written, descriptor = _create(path)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.write("\n")
        except OSError as error:
            raise IisError(f"Couldn't write the transcript to {path}: {error.strerror or error}") from error
        return str(written)


def _refuse_folder(path: str | None) -> None:
    """Raise IisError for a path that names no file."""
    if path and (path.rpartition("/")[2] in ("", ".", "..") or Path(path).is_dir()):
        example = Path(path, "probe.json")
        raise IisError(f"transcript is the folder {path}: name a file in it, for instance {example}.")


def _create(path: Path) -> tuple[Path, int]:
    """Open a new file at the path, or at the next free one beside it: ``probe.json``, ``probe.2.json``.

    A transcript of a real host is worth keeping, so none is ever overwritten. Unredacted it has what the host's
    administrator sees: nobody else may read it.
    """
    number, candidate = 1, path
    while True:
        try:
            return candidate, os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            candidate = path.with_name(f"{path.stem}.{number}{path.suffix}")
