# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that answers whatever it likes, at the level of envelopes: well-formed dialogues with hostile contents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from unit.plugins.plugin_utils.wsman.scripted import envelope, wsman_fault

#: What a value may be, where a module expects a name, a number, a state, a time or a path.
VALUES = (
    "", " ", "0", "1", "-1", "2", "7", "4294967295", "99999999999999999999", "1e9", "NaN", "true", "TRUE", "maybe",
    "Running", "Stopped", "Start Pending", "Paused", "läuft", "Auto", "Disabled", "W3SVC", "W3SVC/1", "W3SVC/x",
    "W3SVC/", "w3svc/1/root", "IISADMIN", "LM", "C:\\WINDOWS\\system32", "\\\\?\\", "../../etc/passwd", "5.2.3790",
    "6.1", "five", "20240101000000.000000+000", "2026-01-01T00:00:00Z", "9999-99-99T99:99:99Z", "[web]", "{{ 7*7 }}",
    "A" * 5000, "\u202e\u0000".replace("\x00", "\u2028"), "'; SELECT", '"', "%PATH%", "& calc",
)  # fmt: skip

_QUERY = re.compile(r"<w:Filter[^>]*>(.*?)</w:Filter>", re.DOTALL)
_COLUMNS = re.compile(r"\s*SELECT\s+(.*?)\s+FROM\s+(\w+)", re.IGNORECASE | re.DOTALL)
_ACTION = re.compile(r"<a:Action[^>]*>([^<]*)<")
_MESSAGE = re.compile(r"<a:MessageID[^>]*>([^<]*)<")

#: Chooses one of some things.
Choose = Callable[[Sequence[object]], object]


class HostileChannel:
    """Answers in the form that is asked for; what is in it is drawn by ``choose``.

    It stops being inventive after ``patience`` messages and refuses everything, so that polling ends.
    """

    endpoint = "http://hostile.test:5985/wsman"
    operation_timeout = 20.0

    def __init__(self, choose: Choose, patience: int = 60) -> None:
        self._choose = choose
        self._patience = patience
        self.sent = 0

    @property
    def is_later(self) -> bool:
        """It may call itself something else each time it is asked."""
        return bool(self._choose((False, True)))

    def send(self, document: bytes, timeout: float | None = None) -> bytes:
        """Answer one envelope."""
        self.sent += 1
        text = document.decode()
        action = _found(_ACTION, text).rpartition("/")[2]
        body = wsman_fault(5) if self.sent > self._patience else self._body(action, text)
        return envelope(body, relates_to=_found(_MESSAGE, text)).encode()

    def reset(self) -> None:
        """Nothing is kept."""

    def _body(self, action: str, text: str) -> str:
        if self._choose((False,) * 14 + (True,)):
            return wsman_fault(int(str(self._choose((5, 87, 170, 2150858793, 2150858778, 2150859010, 0x80070094)))))
        if action == "Enumerate":
            return self._rows(text)
        if action == "Pull":
            return "<n:PullResponse><n:Items/><n:EndOfSequence/></n:PullResponse>"
        if action == "Create":
            return "<rsp:Shell><rsp:ShellId>11111111-1111</rsp:ShellId></rsp:Shell>"
        if action == "Command":
            return "<rsp:CommandResponse><rsp:CommandId>22222222-2222</rsp:CommandId></rsp:CommandResponse>"
        if action == "Receive":
            return self._output()
        if action in ("Put", "Get"):
            return f"<p:Anything xmlns:p='urn:x'>{self._properties(['Name', 'Value'])}</p:Anything>"
        names = [
            "ReturnValue",
            "ServerMode",
            "sValue",
            "uValue",
            "BackupLocationOut",
            "BackupVersionOut",
            "BackupDateTime",
        ]
        return f"<p:X_OUTPUT xmlns:p='urn:x'>{self._properties(names)}</p:X_OUTPUT>"

    def _rows(self, text: str) -> str:
        match = _COLUMNS.match(_found(_QUERY, text))
        columns = [name.strip() for name in match[1].split(",")] if match else ["Name", "State", "StartMode"]
        count = int(str(self._choose((0, 1, 1, 1, 2, 3))))
        rows = "".join(f"<w:XmlFragment>{self._properties(columns)}</w:XmlFragment>" for _row in range(count))
        end = self._choose(("<w:EndOfSequence/>", "<n:EnumerationContext>uuid:C</n:EnumerationContext>"))
        return f"<n:EnumerateResponse><w:Items>{rows}</w:Items>{end}</n:EnumerateResponse>"

    def _properties(self, names: Sequence[str]) -> str:
        return "".join(self._property(name) for name in names)

    def _property(self, name: str) -> str:
        kind = self._choose(("text", "text", "text", "text", "absent", "null", "twice", "nested"))
        value = escape(str(self._choose(VALUES)))
        if kind == "absent":
            return ""
        if kind == "null":
            return f'<{name} xsi:nil="true"/>'
        if kind == "nested":
            return f"<{name}><cim:Datetime>{value}</cim:Datetime></{name}>"
        return f"<{name}>{value}</{name}>" * (2 if kind == "twice" else 1)

    def _output(self) -> str:
        output = self._choose(("", "AAAA", "not base64!", "/////w==", "KDIxNDc5NDY3MDksIDgwMDcxMGQ1KQ=="))
        code = self._choose(("0", "1", "-1", "2147946709", "x", ""))
        done = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done"
        return (
            f'<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="2">{output}</rsp:Stream>'
            f'<rsp:CommandState CommandId="2" State="{done}"><rsp:ExitCode>{code}</rsp:ExitCode></rsp:CommandState>'
            "</rsp:ReceiveResponse>"
        )


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""
