# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording as a file that tests can play back: JSON, described in docs/probe.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .channel import Recording
from .redaction import Names, Redactor

#: What the file says it is. The version changes when a reader of the old one would misread the new one.
FORMAT = "fleetops.iis.transcript"
VERSION = 1


def compose(recording: Recording, names: Names | None, about: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a transcript. With ``names`` it is redacted; ``about`` is put beside the exchanges."""
    redactor = None if names is None else Redactor(names)
    if redactor is not None:
        for exchange in recording.exchanges:
            redactor.learn(exchange.request)
            redactor.learn(exchange.answer or b"")

    def shown(document: bytes | None) -> str | None:
        if document is None:
            return None
        return document.decode("utf-8", "replace") if redactor is None else redactor.rewrite(document)

    return {
        "format": FORMAT,
        "version": VERSION,
        "redacted": redactor is not None,
        **about,
        "exchanges": [
            {
                "shape": exchange.label,
                "seconds": round(exchange.seconds, 3),
                "request": shown(exchange.request),
                "answer": shown(exchange.answer),
                "answer_bytes": len(exchange.answer or b""),
                "error": exchange.error,
            }
            for exchange in recording.exchanges
        ],
    }
