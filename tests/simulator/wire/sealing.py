# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Message encryption: the multipart/encrypted body of MS-WSMV 2.2.9.1, byte for byte as hosts send it.

``Length`` is that of the plain text. The closing boundary is taken from the end, since sealed bytes may hold anything.
"""

from __future__ import annotations

import re
import struct

from spnego import ContextProxy
from spnego.exceptions import SpnegoError

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
KERBEROS = "application/HTTP-Kerberos-session-encrypted"
_BOUNDARY = b"--Encrypted Boundary"
_HEAD = re.compile(
    rb"--Encrypted Boundary\r\n[ \t]*Content-Type: (?P<protocol>application/HTTP-\w+-session-encrypted)\r\n"
    rb"[ \t]*OriginalContent: type=[^;\r\n]+;charset=[^;\r\n]+;Length=(?P<length>\d+)\r\n"
    rb"--Encrypted Boundary\r\n[ \t]*Content-Type: application/octet-stream\r\n"
)
_TAIL = re.compile(rb"--Encrypted Boundary--(?:\r\n)?\Z")


class SealError(Exception):
    """A body that cannot be decrypted."""


def is_sealed(content_type: str) -> bool:
    """Whether a Content-Type announces a sealed body."""
    return content_type.casefold().lstrip().startswith("multipart/encrypted")


def unseal(body: bytes, context: ContextProxy) -> tuple[bytes, str]:
    """The plain body and the protocol string, which the answer repeats; raises SealError."""
    head, tail = _HEAD.match(body), _TAIL.search(body)
    if head is None or tail is None or head.end() + 4 > tail.start():
        raise SealError("not a sealed body")
    payload = body[head.end() : tail.start()]
    (size,) = struct.unpack("<i", payload[:4])
    if not 0 < size <= len(payload) - 4:
        raise SealError("bad signature length")
    try:
        plain = context.unwrap_winrm(payload[4 : 4 + size], payload[4 + size :])
    except (SpnegoError, ValueError, struct.error) as error:
        raise SealError(str(error)) from error
    if len(plain) > int(head["length"]):
        raise SealError("bad length")
    return plain, head["protocol"].decode()


def seal(plain: bytes, context: ContextProxy, protocol: str) -> tuple[str, bytes]:
    """The Content-Type and the body of a sealed answer."""
    wrapped = context.wrap_winrm(plain)
    body = (
        _BOUNDARY
        + f"\r\n\tContent-Type: {protocol}\r\n".encode()
        + f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(plain)}\r\n".encode()
        + _BOUNDARY
        + b"\r\n\tContent-Type: application/octet-stream\r\n"
        + struct.pack("<i", len(wrapped.header))
        + wrapped.header
        + wrapped.data
        + _BOUNDARY
        + b"--\r\n"
    )
    return f'multipart/encrypted;protocol="{protocol}";boundary="Encrypted Boundary"', body
