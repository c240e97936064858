# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make conformance``, once all it needs is there: all clients, then all recorded answers, then the document."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from conformance import kdc
from conformance.checks import check
from conformance.hosts import GROUPS, KINDS, PASSWORD, TLS_GROUPS, USER, Hosts, hostname
from conformance.replay.checks import replay
from conformance.report import Result, Status, differences, document
from conformance.routes import routes

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"


@contextlib.contextmanager
def _realm(folder: Path) -> Iterator[tuple[Mapping[str, str], str]]:
    """The environment that leads to a KDC of our own, or why there is none."""
    folder.mkdir()
    names = [hostname(f"{group}-{kind}") for group in GROUPS if group.startswith("kerberos") for kind in KINDS]
    realm = kdc.Kdc(folder, USER, PASSWORD, names)
    reason = kdc.missing() or _no_gssapi()
    if reason:
        yield {}, reason
        return
    try:
        realm.start()
        os.environ.update(realm.environment)
        yield realm.environment, ""
    finally:
        realm.stop()


def _no_gssapi() -> str:
    """Why the Python clients cannot use Kerberos; empty if they can."""
    missing = [name for name in ("gssapi", "kerberos") if importlib.util.find_spec(name) is None]
    if missing:
        return f"Kerberos for Python isn't installed (it is built with gcc and libkrb5-dev): {', '.join(missing)}"
    return ""


@contextlib.contextmanager
def _hosts(folder: Path, environment: Mapping[str, str], complaints: list[str]) -> Iterator[dict[str, Hosts]]:
    running: list[Hosts] = []
    try:
        found: dict[str, Hosts] = {}
        for number, groups in enumerate((GROUPS, TLS_GROUPS)):
            running.append(Hosts(folder / str(number), groups, environment))
            found.update(dict.fromkeys(groups, running[-1]))
        yield found
    finally:
        complaints += [text for text in (hosts.stop() for hosts in running) if text]


def _clients(folder: Path, complaints: list[str]) -> Iterator[Result]:
    with _realm(folder / "realm") as realm, _hosts(folder / "hosts", realm[0], complaints) as hosts:
        for route in routes(folder, realm[1]):
            yield from check(route, hosts)


def main() -> int:
    """Run all checks; 0 if none failed and the document says so."""
    results: list[Result] = []
    complaints: list[str] = []
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        for source in (_clients(Path(name), complaints), replay(Path(name))):
            for result in source:
                if result.status is not Status.UNABLE:
                    print(result.line(), flush=True)
                results.append(result)
    failed = [result for result in results if result.status is Status.FAILED]
    for complaint in complaints:
        print(f"\nthe simulator complained:\n{complaint}", file=sys.stderr)
    counts = {status: sum(result.status is status for result in results) for status in Status}
    print("\n" + ", ".join(f"{count} {status.value}" for status, count in counts.items()))
    if os.environ.get("CONFORMANCE_WRITE"):
        DOCUMENT.write_text(document(results))
    written = DOCUMENT.read_text() if DOCUMENT.is_file() else ""
    stale = differences(written, results)
    if stale:
        print("\ndocs/conformance.md is not current (CONFORMANCE_WRITE=1 make conformance writes it):")
        print("\n".join(stale))
    return 1 if failed or stale or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
