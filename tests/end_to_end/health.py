# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server that answers for the applications of all hosts: ``/web07`` is the health of web07."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Applications(ThreadingHTTPServer):
    """Answers 200, and 503 for the hosts in ``ill``. ``asked`` are the hosts whose health was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ill: set[str] = set()
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """The URL of a host's health, as a template for Ansible."""
        return f"http://127.0.0.1:{self.server_port}/{{{{ inventory_hostname }}}}"


class _Handler(BaseHTTPRequestHandler):
    server: Applications

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.server.asked.append(name)
        self.send_response(503 if name in self.server.ill else 200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Nothing to the screen."""


@contextmanager
def applications() -> Iterator[Applications]:
    """A running server."""
    with Applications() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(5)
