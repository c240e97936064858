# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the operations over the routes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

import requests
from spnego.exceptions import SpnegoError

from conformance.hosts import Hosts
from conformance.operations import OPERATIONS, Bench, Operation, attempt
from conformance.peer import Refused, Route, Unable, WsFault
from conformance.report import ALL, Result, Status, plain

#: What an operation may end in that is a finding, not an error of these checks.
_FINDINGS = (
    AssertionError, LookupError, WsFault, Refused, ET.ParseError, RuntimeError, ValueError, TypeError, AttributeError,
    OSError, subprocess.SubprocessError, requests.RequestException, SpnegoError,
)  # fmt: skip
REFUSAL = "Any request"


def check(route: Route, groups: Mapping[str, Hosts]) -> Iterator[Result]:
    """All operations by one route."""
    hosts = groups.get(route.group)
    if route.missing or hosts is None:
        yield Result(route.client, route.auth, ALL, Status.SKIPPED, route.missing or "its hosts didn't start")
    elif route.refusal:
        yield _refused(route, hosts)
    else:
        hosts.forget(route.group)
        for operation in OPERATIONS:
            yield _try(route, hosts, operation)
        yield _sealing(route, hosts)


def _try(route: Route, hosts: Hosts, operation: Operation) -> Result:
    target = hosts.target(route.group, operation.kind)
    status, detail = Status.OK, ""
    try:
        peer = route.connect(target)
        try:
            operation.run(Bench(peer, hosts, target.name, lambda: route.connect(target)))
        finally:
            peer.close()
    except Unable as error:
        status, detail = Status.UNABLE, plain(error)
    except _FINDINGS as error:
        status, detail = Status.FAILED, plain(f"{type(error).__name__}: {error}")
    return Result(route.client, route.auth, operation.name, status, detail)


def _refused(route: Route, hosts: Hosts) -> Result:
    """A route that must be refused, with the status that Windows gives."""
    target = hosts.target(route.group, "plain")
    peer = route.connect(target)
    status, detail = Status.FAILED, "nothing could be tried"
    for call in attempt(Bench(peer, hosts, target.name, lambda: route.connect(target))).values():
        try:
            call()
            status, detail = Status.FAILED, "it was let in"
        except Unable:
            continue
        except Refused as error:
            right = error.status in (route.refusal, 0) and _seen(hosts, target.name, route.refusal)
            status, detail = (Status.REFUSED, "") if right else (Status.FAILED, plain(error))
        except _FINDINGS as error:
            status, detail = Status.FAILED, plain(f"{type(error).__name__}: {error}")
        break
    return Result(route.client, route.auth, REFUSAL, status, detail)


def _sealing(route: Route, hosts: Hosts) -> Result:
    """Whether messages were encrypted as this route promises, as the hosts saw it."""
    seen = {entry["sealed"] for entry in hosts.requests(route.group)}
    operation = "Every message sealed" if route.sealed else "No message sealed"
    status, detail = (Status.OK, "") if seen == {route.sealed} else (Status.FAILED, f"sealed: {seen}")
    return Result(route.client, route.auth, operation, status, detail)


def _seen(hosts: Hosts, name: str, status: int) -> bool:
    """Whether the host's last answer had this status: not every client tells."""
    journal = hosts.journal(name)
    return bool(journal) and journal[-1]["status"] == status
