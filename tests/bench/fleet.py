# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make bench-fleet``: what a run over many hosts costs, and whether a thousand cost ten times what a hundred do.

All hosts live in one other process on this machine. Both take turns on the same processors, so the wall time holds the
hosts' work as well; the controller's CPU holds only Ansible's, all of its workers included. Nothing has to be done on
any host: what is measured is looking.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.__main__ import ANSIBLE_PLAYBOOK, environment

_PATIENCE = 20.0
"""Seconds that the hosts may take to stop."""

_RESULTS = re.compile(r"\b(?:ok|skipped)=(\d+) ")
"""What Ansible counts of a host at the end of a run: changed and ignored results are among those that are ok."""


_STRAIGHT = 1.15
"""A line counts as straight if a host costs at most so many times as much where there are ten times as many."""

_START_WEIGHS_LITTLE = 100
"""Among fewer hosts than these, Ansible's own start is a large part of what each costs."""


@dataclass(frozen=True)
class Case:
    """A run to measure: one task on every host, or a playbook of the collection with variables.

    ``check``: in check mode, where a restart is planned and not done. ``largest`` is the most hosts that it makes sense
    for.
    """

    title: str
    module: str = ""
    arguments: Mapping[str, Any] | None = None
    playbook: str = ""
    variables: Mapping[str, Any] | None = None
    check: bool = False
    largest: int = sys.maxsize


#: Nothing listens on the hosts but WinRM, which answers a GET like this.
_HEALTH = {
    "health_check_url": "http://{{ ansible_host }}:{{ ansible_port }}/wsman",
    "health_check_status": 405,
}
FLOOR = Case("an empty action plugin (the floor)", "do_nothing", {})
CASES = (
    FLOOR,
    Case("pywinrm's NTLM handshake, nothing else", "only_authenticate", {}),
    Case("iis_service, one service", "fleetops.iis.iis_service", {"name": "w3svc", "state": "started"}),
    Case("iis_isolation_mode", "fleetops.iis.iis_isolation_mode", {"mode": "worker_process"}),
    Case(
        "ansible.windows.win_service, at best",
        "ansible.windows.win_service",
        {"name": "W3SVC", "state": "started"},
        largest=100,
    ),
    Case("iis_facts", "fleetops.iis.iis_facts", {}),
    Case("playbook preflight", playbook="fleetops.iis.preflight", variables={"mode": "worker_process"}),
    Case(
        "playbook isolation_mode",
        playbook="fleetops.iis.isolation_mode",
        variables={"mode": "worker_process", "batch": "100%"},
    ),
    Case(
        "playbook safe_restart --check", playbook="fleetops.iis.safe_restart", variables={"batch": "100%"}, check=True
    ),
    Case("playbook health_check, a URL", playbook="fleetops.iis.health_check", variables=_HEALTH),
    Case("playbook probe", playbook="fleetops.iis.probe", largest=100),
)


@dataclass(frozen=True)
class Measure:
    """What a run took.

    Seconds, seconds of CPU, results of tasks (also skipped ones), requests with a WS-Man message, bytes of bodies both
    ways, and bytes of memory: of the controller's largest process, and of the process of all hosts.
    """

    wall: float
    cpu: float
    results: int
    requests: int
    bytes: int
    memory: int
    hosts_memory: int


class Hosts:
    """The process that serves the hosts: ``with Hosts(count, folder) as hosts: …``."""

    def __init__(self, count: int, folder: Path) -> None:
        self.count = count
        self._state = folder / "hosts"
        self.inventory = self._state / "inventory.yml"
        self._read: dict[Path, int] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Hosts:  # noqa: PYI034 - Self is not in Python 3.10
        command = [sys.executable, "-m", "bench.server", str(self.count), str(self._state)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise SystemExit("The hosts didn't start.")
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def memory(self) -> int:
        """The most that the process had in memory so far, in bytes."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def new_requests(self) -> list[dict[str, Any]]:
        """What came over the wire since the last call, all hosts together."""
        entries = []
        for journal in self._state.glob("*/journal.jsonl"):
            with journal.open("rb") as file:
                file.seek(self._read.get(journal, 0))
                entries += [json.loads(line) for line in file]
                self._read[journal] = file.tell()
        return entries


def run(case: Case, hosts: Hosts, folder: Path, forks: int) -> Measure:
    """Run a case once, and measure it."""
    if case.playbook:
        target = case.playbook
    else:
        path = folder / "play.yml"
        task = {"name": case.title, case.module: dict(case.arguments or {})}
        path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [task]}]))
        target = str(path)
    words = [str(ANSIBLE_PLAYBOOK), "-i", str(hosts.inventory), "--forks", str(forks), target]
    words += ["-e", json.dumps(dict(case.variables))] if case.variables else []
    words += ["--check"] if case.check else []
    log = folder / "run.log"
    hosts.new_requests()
    with log.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            words, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    told = log.read_text()
    as_they_were = case.check or told.count("changed=0 ") == hosts.count
    if process.returncode or not as_they_were or told.count("unreachable=0 ") != hosts.count:
        raise SystemExit(f"{case.title}: not what was to be measured\n{told[-4000:]}")
    entries = hosts.new_requests()
    return Measure(
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        results=sum(int(number) for number in _RESULTS.findall(told)),
        requests=sum(entry["action"] != "Auth" for entry in entries),
        bytes=sum(entry["bytes_in"] + entry["bytes_out"] for entry in entries),
        memory=used.ru_maxrss * 1024,
        hosts_memory=hosts.memory,
    )


def bench(count: int, forks: int, rounds: int, only: str) -> dict[str, float]:
    """Measure the floor, and the cases with this in their titles, over so many hosts; print a line for each.

    Of so many rounds the quickest counts. Returns the seconds per host by title.
    """
    floor = 0.0
    costs = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name, Hosts(count, Path(name)) as hosts:
        folder = Path(name)
        run(FLOOR, hosts, folder, forks)  # whatever is done only once is done now
        for case in (case for case in CASES if count <= case.largest and (case is FLOOR or only in case.title)):
            row = min((run(case, hosts, folder, forks) for _round in range(rounds)), key=lambda measure: measure.wall)
            floor = row.wall if case is FLOOR else floor
            costs[case.title] = row.wall / count
            times = f"{row.wall / floor:.2f}" if case.module else "-"
            print(
                f"{count:6}  {case.title:38}{row.wall:9.1f}{times:>9}{1000 * row.wall / count:9.0f}{row.cpu:9.1f}"
                f"{row.results / count:9.1f}{row.requests / count:9.1f}"
                f"{row.bytes / 1e6:9.2f}{row.memory / 1e6:9.0f}{row.hosts_memory / 1e6:9.0f}",
                flush=True,
            )
    print()
    return costs


def straightness(fewer: int, few: Mapping[str, float], more: int, many: Mapping[str, float]) -> Iterator[str]:
    """Say of each run over more hosts what a host costs there, by what one costs among fewer."""
    yield f"What a host costs among {more}, by what one costs among {fewer} (a straight line: at most {_STRAIGHT})"
    for title in [title for title in few if title in many]:
        ratio = many[title] / few[title]
        yield f"{'':8}{title:38}{ratio:9.2f}{'' if ratio <= _STRAIGHT else '  more than that'}"


def main(words: Sequence[str] | None = None) -> int:
    """Measure everything, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.fleet", description=__doc__.partition("\n")[0])
    parser.add_argument("hosts", type=int, nargs="*", default=[10, 100], help="how many (default: 10 100)")
    parser.add_argument("--forks", type=int, default=20, help="as of ansible-playbook (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="the quickest of so many counts (default: %(default)s)")
    parser.add_argument("--only", default="", help="besides the floor only what has this in its name")
    arguments = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit("Stopped."))  # the hosts are stopped on the way out
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors (load {load:.1f} at the beginning), {arguments.forks} forks\n")
    heads = (
        *(("wall", "s"), ("times", "floor"), ("ms per", "host"), ("CPU", "s")),
        *(("results", "per host"), ("requests", "per host")),
        *(("MB of", "bodies"), ("MB con-", "troller"), ("MB all", "hosts")),
    )
    print(f"{'':46}" + "".join(f"{upper:>9}" for upper, _lower in heads))
    print(f"{'hosts':>6}  {'run':38}" + "".join(f"{lower:>9}" for _upper, lower in heads))
    costs = {count: bench(count, arguments.forks, arguments.rounds, arguments.only) for count in arguments.hosts}
    for fewer, more in itertools.pairwise(sorted(count for count in costs if count >= _START_WEIGHS_LITTLE)):
        print("\n".join(straightness(fewer, costs[fewer], more, costs[more])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
