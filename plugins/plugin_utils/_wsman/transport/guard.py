# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no host may do to the HTTP session of pywinrm and pypsrp: both read any answer to its end, however long, follow
redirects, and take an answer in clear to a message that was sealed, so that whoever is on the way could forge it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import Any

from .http_status import is_soap

#: Bytes that an HTTP answer may have: an envelope of 150 KiB (MS-WSMV 2.2.4.10), sealed, and room for every mistake.
MAX_BYTES = 8 * 1024 * 1024
_CHUNK = 64 * 1024
_SEALED = ("multipart/encrypted", "multipart/x-multi-encrypted")
_GUARDED = "_fleetops_iis_guarded"
_CLOCK = "_fleetops_iis_clock"
_LATER = "_fleetops_iis_later"
#: What HTTP.sys calls itself since Windows Vista; on Server 2003 it is Microsoft-HTTPAPI/1.0.
_LATER_HTTP = "Microsoft-HTTPAPI/2."
_IN_CLEAR = "the answer to an encrypted message came in clear, so anybody on the way may have written it"


class Untrustworthy(OSError):
    """The host, or somebody on the way, did what WinRM never does. The message says what."""


def guard_session(session: Any) -> Any:
    """Guard a requests session, and return it. Guarding twice does no harm."""
    for adapter in session.adapters.values():
        if not getattr(adapter, _GUARDED, False):
            adapter.send = functools.partial(_send, adapter, adapter.send)
            setattr(adapter, _GUARDED, True)
    return session


def guard_before(method: Callable[..., Any], session: Callable[[], Any]) -> Callable[..., Any]:
    """A method that uses a session, made to guard it first; ``session`` returns the one of that moment."""

    @functools.wraps(method)
    def guarded(*arguments: Any) -> Any:
        guard_session(session())
        return method(*arguments)

    setattr(guarded, _GUARDED, True)
    return guarded


def guard_result(method: Callable[[], Any]) -> Callable[[], Any]:
    """A method that makes a session, made to guard it before it is used."""

    @functools.wraps(method)
    def guarded() -> Any:
        return guard_session(method())

    setattr(guarded, _GUARDED, True)
    return guarded


def clock_difference(session: Any) -> float | None:
    """By how many seconds the clock of the host is ahead of this one, from its last answer; None if it didn't say."""
    differences = [getattr(adapter, _CLOCK, None) for adapter in session.adapters.values()] if session else []
    return next((difference for difference in differences if difference is not None), None)


def is_later(session: Any) -> bool:
    """Whether the last answer says that the host's Windows is later than Server 2003; False where it doesn't say."""
    return bool(session) and any(getattr(adapter, _LATER, False) for adapter in session.adapters.values())


def is_guarded(method: Any) -> bool:
    """Whether a method is one of those that guard."""
    return bool(getattr(method, _GUARDED, False))


def _send(adapter: Any, send: Callable[..., Any], request: Any, **options: Any) -> Any:
    """Send by the adapter's own method; the body is looked at when it is read, since NTLM needs the socket before."""
    deadline = monotonic() + _seconds(options.get("timeout"))
    response = send(request, **options)
    setattr(adapter, _CLOCK, _ahead(response.headers.get("Date", "")))
    setattr(adapter, _LATER, response.headers.get("Server", "").startswith(_LATER_HTTP))
    sealed = str(request.headers.get("Content-Type", "")).startswith(_SEALED)
    clear = sealed and not response.headers.get("Content-Type", "").startswith(_SEALED)
    declared = response.headers.get("Content-Length", "")
    trouble = ""
    if 300 <= response.status_code < 400:
        trouble = f"the host redirects to somewhere else (HTTP {response.status_code}), which WinRM never does"
    elif clear and response.status_code == 200:
        trouble = _IN_CLEAR
    elif declared.isdigit() and int(declared) > MAX_BYTES:
        trouble = f"the host announces an answer of {declared} bytes; {MAX_BYTES} is the most that is read"
    if trouble:
        response.close()
        raise Untrustworthy(trouble)
    response.iter_content = functools.partial(_read, response, response.iter_content, deadline, clear=clear)
    return response


def _read(
    response: Any, read: Callable[..., Iterator[bytes]], deadline: float, *_sizes: Any, clear: bool, **_options: Any
) -> Iterator[bytes]:
    """Read the body, up to the limit, whatever piece is asked for."""
    length = 0
    trouble = ""
    for chunk in read(_CHUNK):
        if clear and length == 0 and is_soap(chunk):
            trouble = _IN_CLEAR
        length += len(chunk)
        if length > MAX_BYTES:
            trouble = f"the answer of the host doesn't end within {MAX_BYTES} bytes"
        elif monotonic() > deadline:
            trouble = "the answer of the host doesn't end in time"
        if trouble:
            response.close()
            raise Untrustworthy(trouble)
        yield chunk


def _ahead(date: str) -> float | None:
    """By how many seconds a Date header is ahead of the controller's clock."""
    try:
        return parsedate_to_datetime(date).timestamp() - time()
    except (TypeError, ValueError, OverflowError):
        return None


def _seconds(timeout: Any) -> float:
    """The longest time for a whole answer, of the time-out that requests takes for each piece of it."""
    longest = timeout[-1] if isinstance(timeout, tuple) else timeout
    return 2.0 * float(longest) if longest else 600.0
