# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between the controller and the WMI service of a host.

Every exception that leaves ``_wsman`` derives from :class:`WsManError`, so callers never meet a
``requests``, ``winrm``, ``pypsrp`` or XML exception.
"""

from __future__ import annotations

from collections.abc import Iterable

from .fault_codes import NAMES


class WsManError(Exception):
    """Base of everything that a WS-Management exchange can raise."""


class HostUnreachable(WsManError):
    """No answer can be had from the host: connection refused or lost, TLS or authentication refused.

    Raised only when the request certainly had no effect, or was safe to repeat and repeating failed too.
    """


class AuthenticationRefused(HostUnreachable):
    """The host turned the credentials down (HTTP 401) or refused the way they were offered."""


class OutcomeUnknown(WsManError):
    """A request that changes something was sent and its answer never came.

    The connection was cut, or the host answered OperationTimeout (2150858793) to a Put, Invoke or
    Command. The change may or may not have happened: read the state back before deciding anything.
    """


class UnsupportedConnection(HostUnreachable):
    """The Ansible connection of the host can't carry WS-Management."""


class MalformedAnswer(WsManError):
    """The host answered something that is not the WS-Management answer to the request."""


class Fault(WsManError):
    """The host refused the request with a SOAP fault.

    ``codes`` holds every numeric code of the fault, outermost first: ``WSManFault/@Code``, nested
    ProviderFault codes, ``MSFT_WmiError/error_Code``, and codes found in its texts, all as unsigned
    32-bit integers. ``reason`` is the SOAP reason, ``provider_text`` the innermost message. As a text it
    is both, and the name and hex form of the most specific code.
    """

    def __init__(
        self,
        reason: str,
        *,
        codes: Iterable[int] = (),
        subcode: str | None = None,
        provider_text: str | None = None,
        action: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.codes: tuple[int, ...] = tuple(codes)
        self.subcode = subcode
        self.provider_text = provider_text
        self.action = action

    def __str__(self) -> str:
        texts = [self.reason]
        if self.provider_text and self.provider_text not in self.reason:
            texts.append(self.provider_text)
        if self.code is not None:
            name = NAMES.get(self.code)
            texts.append(f"({name}, 0x{self.code:08X})" if name else f"(0x{self.code:08X})")
        return " ".join(texts)

    @property
    def code(self) -> int | None:
        """The most specific code: the innermost one, or None when the fault carries no number."""
        return self.codes[-1] if self.codes else None

    def has(self, *codes: int) -> bool:
        """Tell whether the fault carries any of these codes, compared as unsigned 32-bit numbers.

        A Win32 error and its HRESULT form (0x8007xxxx) are the same code here.
        """
        mine = {_canonical(code) for code in self.codes}
        return any(_canonical(code) in mine for code in codes)


def _canonical(code: int) -> int:
    unsigned = code & 0xFFFFFFFF
    return unsigned & 0xFFFF if unsigned >> 16 == 0x8007 else unsigned
