# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to a host: something that carries one envelope there and one back.

A channel authenticates, encrypts, and turns what its library and HTTP report into the errors of this
package. It doesn't repeat anything, and knows nothing of what an envelope means.
"""

from __future__ import annotations

from typing import Protocol

from ..errors import HostUnreachable


class AnswerLost(HostUnreachable):
    """The message was sent, or may have been, but its answer didn't arrive or couldn't be read."""


class SessionSpoiled(HostUnreachable):
    """The host couldn't make sense of the message (HTTP 400), so it certainly did nothing.

    That is how a sealed NTLM session ends whose socket was lost: the body is encrypted for the old
    security context. A new session can send the same message again.
    """


class Channel(Protocol):
    """A way to one host."""

    @property
    def endpoint(self) -> str:
        """The URL of the WS-Management service."""

    @property
    def operation_timeout(self) -> float:
        """Seconds that the host may take for one operation, as the connection is configured."""

    @property
    def is_later(self) -> bool:
        """Whether the host said, by the name of its HTTP server, that its Windows is later than Server 2003.

        False before the first answer, and where whoever is on the way hides that name.
        """

    def send(self, envelope: bytes, timeout: float | None = None) -> bytes:
        """Send an envelope and return the one that came back, a fault included.

        ``timeout`` is the longest wait for the answer in seconds; None means as the connection is
        configured. Raises AuthenticationRefused, AnswerLost, SessionSpoiled, or another HostUnreachable
        when the message certainly wasn't processed.
        """

    def reset(self) -> None:
        """Forget the session, so that the next message goes over a new connection and authenticates again."""
