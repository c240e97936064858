# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP server that plays a dialogue: each request gets the next recorded answer to its action."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from conformance.replay.dialogue import Answer, action_of, header_of

ADDRESS = "127.79.0.1"
ANY = ""
"""The action of answers that fit every request; the last of them is repeated."""


class ReplayServer:
    """Plays answers on ``ADDRESS``; any Basic credentials will do. Only RelatesTo is written anew."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        for answer in answers:
            self._answers[answer.to].append(answer)
        self._lock = threading.Lock()
        self.unexpected: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if not self.headers.get("Authorization"):
                    self._send(401, b"", ("WWW-Authenticate", 'Basic realm="WSMAN"'))
                    return
                status, body = server.answer(data)
                self._send(status, body)

            def _send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
                self.send_response(status)
                for name, value in (("Content-Type", "application/soap+xml;charset=UTF-8"), *headers):
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
                """Stay quiet."""

        self._http = ThreadingHTTPServer((ADDRESS, 0), Handler)
        self.port = self._http.server_address[1]

    def answer(self, request: bytes) -> tuple[int, bytes]:
        """The next answer to this request; 404 if there is none."""
        action = action_of(request).rpartition("/")[2]
        with self._lock:
            waiting = self._answers[action] or self._answers[ANY]
            if not waiting:
                self.unexpected.append(action)
                return 404, b""
            answer = waiting[0] if waiting is self._answers[ANY] and len(waiting) == 1 else waiting.popleft()
        related = header_of(answer.document, "RelatesTo")
        document = answer.document
        if related:
            document = document.replace(f">{related}<", f">{header_of(request, 'MessageID')}<", 1)
        return (500 if answer.is_fault else 200), document.encode()

    def __enter__(self) -> ReplayServer:  # noqa: PYI034 - Self is not in Python 3.10
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
