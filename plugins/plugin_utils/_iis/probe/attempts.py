# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Letting the domain ask a host one thing after the other, whatever the host makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from ..._wsman.errors import (
    AuthenticationRefused,
    Fault,
    HostUnreachable,
    MalformedAnswer,
    OutcomeUnknown,
    UnsupportedConnection,
)
from ..context import CIMV2, Context, Operator, WindowsHost
from ..outcome import IisError
from .findings import Meter
from .recorder import RecordingHost

T = TypeVar("T")


class Probe:
    """The shapes tried so far on one host. ``context`` is for the domain's own functions, whose requests are noted."""

    def __init__(self, context: Context, meter: Meter, *, may_run: bool) -> None:
        self.host = RecordingHost(context.host, context.clock, meter, may_run=may_run)
        self.context = replace(context, host=self.host, operator=_Unworried(context.operator))
        self.operator = context.operator

    def attempt(self, ask: Callable[[], T]) -> T | None:
        """Call a function of the domain. Returns what it returns, or None when it fails.

        Raises HostUnreachable when the host can't be reached at all.
        """
        first, failures = not self.host.findings, self.host.failures
        try:
            return ask()
        except (Fault, OutcomeUnknown):
            return None  # the recorder has noted it
        except (IisError, MalformedAnswer) as trouble:
            if self.host.failures == failures:
                self.host.doubt(str(trouble))
            return None
        except HostUnreachable as lost:
            if first or isinstance(lost, (AuthenticationRefused, UnsupportedConnection)):
                raise
            self._answers_at_all()
            return None

    def refused(self, shape: str, request: str, ask: Callable[[WindowsHost], object], expected: Sequence[int]) -> None:
        """Ask for what isn't there; it holds when the host refuses with one of the expected codes."""
        self.attempt(lambda: self.host.refused(shape, request, ask, expected))

    def skip(self, shape: str, request: str, why: str) -> None:
        """Leave a shape out, and say why."""
        self.host.skip(shape, request, why)

    def _answers_at_all(self) -> None:
        """A lost answer is a finding as long as the host still answers anything. Raises HostUnreachable otherwise."""
        self.host.reconnect()
        with suppress(Fault, MalformedAnswer):
            self.host.query(CIMV2, "SELECT Version FROM Win32_OperatingSystem")


class _Unworried:
    """Shows progress. What a reader warns of, its requests show as findings."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def progress(self, message: str, reason: str = "") -> None:
        """See :meth:`~..context.Operator.progress`."""
        self._operator.progress(message, reason)

    def still(self, detail: str = "") -> None:
        """What progress said last goes on."""
        self._operator.still(detail)

    def warn(self, message: str) -> None:
        """See :meth:`~..context.Operator.warn`."""
