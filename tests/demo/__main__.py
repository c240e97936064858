# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``: the main job on three simulated hosts, step by step, and what was proved by it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from demo.fleet import Host, SimulatedFleet, opens_shell
from demo.view import compare, heading, say, show

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "demo"
WANTED = "worker_process"
PLAYBOOK = ("ansible-playbook", *f"fleetops.iis.isolation_mode -i inventory.yml -e mode={WANTED} -e batch=100%".split())
_CHANGED = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


class Verdict:
    """What was to be shown, and whether it was."""

    def __init__(self) -> None:
        self._checks: list[tuple[bool, str]] = []

    def check(self, holds: bool, claim: str) -> None:
        """Note a claim and whether it holds."""
        self._checks.append((holds, claim))

    def show(self) -> bool:
        """Print all claims; tell whether all hold."""
        for holds, claim in self._checks:
            print(f"  {'yes' if holds else 'NO '}  {claim}")
        return all(holds for holds, _claim in self._checks)


def run(*options: str, show_skipped: bool = False) -> dict[str, tuple[int, int, int]]:
    """Run the playbook, show what it prints; return changed, unreachable and failed by host."""
    command = [*PLAYBOOK, *options]
    print(f"$ {' '.join(command)}", flush=True)
    environment = {
        **os.environ,
        "ANSIBLE_HOME": str(FOLDER / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".stage"),
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": str(show_skipped),
        "ANSIBLE_NOCOLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }
    program = Path(sys.executable).parent / command[0]
    process = subprocess.Popen(
        [program, *command[1:]],
        cwd=FOLDER,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        print(line, end="", flush=True)
    process.wait()
    found = _CHANGED.findall("".join(lines))
    return {host: (int(changed), int(unreachable), int(failed)) for host, changed, unreachable, failed in found}


def went_well(recap: Mapping[str, tuple[int, int, int]], hosts: Sequence[Host]) -> bool:
    """Whether every host was there and none failed."""
    return set(recap) == {host.name for host in hosts} and not any(sum(row[1:]) for row in recap.values())


def main() -> int:
    """Tell the story; 0 if everything that it claims was seen."""
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    verdict = Verdict()
    say(
        "Three simulated Windows Server 2003 hosts with IIS 6.0 are started on this machine. They speak real WinRM: "
        "HTTP, NTLM with message encryption, WS-Management. The real ansible-playbook is run against them, and doesn't "
        "know that they are simulated. Task: bring all of them into worker process isolation mode, lose nothing, and "
        "prove it."
    )
    with SimulatedFleet(FOLDER) as fleet:
        before = story(fleet, verdict)
        after = fleet.look()
        heading("The fleet before and after, seen from inside the hosts")
        compare(before, after)
        judge(before, after, verdict)
    verdict.check(fleet.stopped, "the simulated hosts were stopped, nothing is left running")
    heading("What was to be shown, and whether it was")
    good = verdict.show()
    print(f"\nThe hosts' files and journals stay in {fleet.state.relative_to(ROOT)} for a look.")
    print(f"{'All of it was shown' if good else 'NOT all of it was shown'}, in {time.monotonic() - began:.0f} s.")
    return 0 if good else 1


def story(fleet: SimulatedFleet, verdict: Verdict) -> list[Host]:
    """The three runs; returns the fleet as it was before them."""
    heading("The fleet as it is")
    before = fleet.look()
    show(before)

    heading("1. What would change? Check mode with diff: nothing is touched")
    recap = run("--check", "--diff")
    verdict.check(went_well(recap, before), "check mode ran on every host")
    verdict.check(
        fleet.look() == before, "check mode touched nothing: modes, processes, sites, memory and files are the same"
    )

    heading("2. For real: refuse early what can't work, set the mode, save the metabase, then reset IIS, prove it")
    recap = run(show_skipped=True)  # then Ansible prints a task's name before its progress
    verdict.check(went_well(recap, before), "the run went well on every host")
    verdict.check(
        {host.name for host in before if recap.get(host.name, (0,))[0]}
        == {host.name for host in before if host.running_mode != WANTED},
        "exactly the hosts that ran in the other mode were changed",
    )

    heading("3. Again: nothing is left to do")
    fleet.forget_requests()
    recap = run()
    verdict.check(
        went_well(recap, before) and not any(row[0] for row in recap.values()), "the second run changed nothing"
    )
    journals = fleet.requests()
    costs = {
        name: sum(entry["action"] not in ("Auth", "Refused") for entry in journal) for name, journal in journals.items()
    }
    verdict.check(
        set(costs.values()) == {3} and not any(map(opens_shell, journals.values())),
        "it cost each host three WS-Management requests after authentication, and no command shell",
    )
    verdict.check(
        all(entry["sealed"] for journal in journals.values() for entry in journal if entry["action"] != "Auth"),
        "every message was encrypted",
    )
    return before


def judge(before: Sequence[Host], after: Sequence[Host], verdict: Verdict) -> None:
    """Compare what the hosts were with what they are."""
    verdict.check(
        all(host.configured_mode == host.running_mode == WANTED for host in after),
        "every host is configured for worker process mode and runs in it",
    )
    verdict.check(
        all(state == "Running" for host in after for state in host.services.values()), "all services of IIS run"
    )
    verdict.check(
        all(state == "started" for host in after for _name, state in host.sites.values()),
        "all sites are started (a paused one too: a restart of IIS ends a pause)",
    )
    verdict.check(
        all(host.same_on_disk and not host.lost_changes and host.file_says == "FALSE" for host in after),
        "MetaBase.xml holds what memory holds, on every host; no change was lost",
    )
    verdict.check(
        all(old == new for old, new in zip(before, after, strict=True) if old.running_mode == WANTED),
        "the host that was right from the start was not touched at all",
    )


if __name__ == "__main__":
    sys.exit(main())
