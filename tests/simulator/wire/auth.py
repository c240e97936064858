# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication, which belongs to the TCP connection: Negotiate (raw NTLM or SPNEGO), Kerberos, Basic.

A host offers ``WWW-Authenticate: Negotiate`` and, if it has them, Kerberos and Basic, each in a header of its own. Once
a connection is authenticated, its requests carry no Authorization; a first token starts over.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import spnego
from spnego.exceptions import NegotiateOptions, SpnegoError

from simulator.windows.console import Account
from simulator.wire.credentials import CredentialStore
from simulator.wire.profile import WireOptions
from simulator.wire.sealing import KERBEROS, SPNEGO


@dataclass
class Connection:
    """A TCP connection: its number on the host, and as whom it is authenticated."""

    number: int
    account: Account | None = None
    context: spnego.ContextProxy | None = None
    scheme: str = ""

    @property
    def protocol(self) -> str:
        """The protocol string of sealed bodies."""
        return KERBEROS if self.scheme == "Kerberos" else SPNEGO

    def forget(self) -> None:
        """Back to not authenticated."""
        self.account = self.context = None
        self.scheme = ""


@dataclass(frozen=True)
class Verdict:
    """What an Authorization header led to: whose request it is, or the 401 to send. ``offers`` are WWW-Authenticate."""

    account: Account | None
    offers: Sequence[str] = ()


class Authenticator:
    """Checks the Authorization headers that come to one host."""

    def __init__(
        self, machine: str, accounts: Sequence[Account], options: WireOptions, credentials: CredentialStore
    ) -> None:
        self._machine = machine
        self._accounts = accounts
        self._options = options
        self._credentials = credentials

    def check(self, connection: Connection, header: str | None) -> Verdict:
        """Go on with authentication, or find out as whom the connection is authenticated."""
        if header is None:
            if connection.account is not None:
                return Verdict(connection.account)
            return self._refusal()
        scheme, _blank, rest = header.strip().partition(" ")
        try:
            token = base64.b64decode(rest.strip(), validate=True)
        except binascii.Error:
            return self._refusal(connection)
        if scheme.casefold() == "basic" and self._options.allow_basic:
            account = self._basic(token)
            return self._refusal() if account is None else Verdict(account)
        if scheme.casefold() == "negotiate":
            return self._step(connection, "Negotiate", token)
        if scheme.casefold() == "kerberos" and self._options.kerberos:
            return self._step(connection, "Kerberos", token)
        return self._refusal(connection)

    def _refusal(self, connection: Connection | None = None) -> Verdict:
        if connection is not None:
            connection.forget()
        offers = ["Negotiate"]
        if self._options.kerberos:
            offers.append("Kerberos")
        if self._options.allow_basic:
            offers.append('Basic realm="WSMAN"')
        return Verdict(None, offers)

    def _step(self, connection: Connection, scheme: str, token: bytes) -> Verdict:
        if connection.context is None or connection.account is not None or _starts(token):
            connection.forget()
        connection.scheme = scheme
        try:
            with self._credentials.of(self._machine, self._accounts):
                if connection.context is None:
                    connection.context = _server_context(scheme, token)
                answer = connection.context.step(token)
        except (SpnegoError, ImportError, ValueError):
            return self._refusal(connection)
        offers = [f"{scheme} {base64.b64encode(answer).decode()}"] if answer else []
        if not connection.context.complete:
            return Verdict(None, offers) if offers else self._refusal(connection)
        connection.account = self._account(connection.context.client_principal or "")
        if connection.account is None:
            return self._refusal(connection)
        return Verdict(connection.account, offers)

    def _account(self, principal: str) -> Account | None:
        """The account of ``DOMAIN\\user`` or ``user@REALM``."""
        user = principal.rpartition("\\")[2].partition("@")[0].casefold()
        return next((account for account in self._accounts if account.user.casefold() == user), None)

    def _basic(self, token: bytes) -> Account | None:
        """Basic takes local accounts only (MS-WSMV <79>)."""
        name, _colon, password = token.decode("utf-8", "replace").partition(":")
        domain, _backslash, _user = name.rpartition("\\")
        account = self._account(name)
        if account is None or "@" in name or domain.casefold() not in ("", ".", self._machine.casefold()):
            return None
        return account if hmac.compare_digest(account.password.encode(), password.encode()) else None


def _starts(token: bytes) -> bool:
    """Whether a token is the first of its kind: an NTLM Negotiate message, or SPNEGO's NegTokenInit (RFC 4178 4.2)."""
    return token.startswith((b"NTLMSSP\x00\x01\x00\x00\x00", b"\x60"))


def _server_context(scheme: str, token: bytes) -> spnego.ContextProxy:
    """The accepting side for a first token: NTLM may come raw within Negotiate (requests_ntlm, rubyntlm do)."""
    if scheme == "Kerberos":
        return spnego.server(protocol="kerberos", service="http")
    if token.startswith(b"NTLMSSP\x00"):
        return spnego.server(protocol="ntlm", options=NegotiateOptions.use_ntlm)
    return spnego.server(protocol="negotiate", service="http", options=NegotiateOptions.use_negotiate)
