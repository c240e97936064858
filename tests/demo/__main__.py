# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``: one playbook over a mixed fleet of simulated hosts, step by step, and what was proved by it."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from demo.fleet import Host, SimulatedFleet, opens_shell
from demo.playbook import Playbooks
from demo.view import compare, heading, say, show

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "demo"
WANTED = "worker_process"
MODE = {"mode": WANTED, "batch": "100%"}
#: Nobody has to wait for the connections to end: the simulated clients never go.
RESTART = {"batch": "100%", "safe_restart_drain_timeout": "0"}


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


def main() -> int:
    """Tell the story; 0 if everything that it claims was seen."""
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    verdict = Verdict()
    say(
        "A mixed fleet is simulated on this machine: two Windows Server 2003 with IIS 6.0, and a Windows Server 2022 "
        "with IIS 10. The hosts speak real WinRM (HTTP, NTLM with encrypted messages, WS-Management), and the real "
        "ansible-playbook runs against them. Tasks: bring the Web sites of all into worker processes, lose nothing, "
        "restart all of them, and prove it."
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
    print(f"{'All of it was shown' if good else 'NOT all of it was shown'}, in {time.monotonic() - began:.0f} s.")
    print(f"{FOLDER.relative_to(ROOT)} has the hosts' files and journals, and all that Ansible printed.")
    return 0 if good else 1


def story(fleet: SimulatedFleet, verdict: Verdict) -> list[Host]:
    """The four runs; returns the fleet as it was before them."""
    ansible = Playbooks(FOLDER, ROOT / ".stage")
    heading("The fleet as it is")
    before = fleet.settle()
    names = {host.name for host in before}
    show(before)

    heading("1. What would change? Check mode touches nothing")
    recap = ansible.run("isolation_mode", MODE, "--check")
    verdict.check(
        recap.went_well(names) and fleet.look() == before,
        "check mode touched nothing on any host: processes, sites, memory and files are the same",
    )

    heading("2. For real: set the mode, save the metabase, reset IIS, prove it")
    recap = ansible.run("isolation_mode", MODE)
    switched = fleet.look()
    judge_switch(before, switched, verdict)
    verdict.check(
        recap.went_well(names) and recap.touched == {host.name for host in before if host.has_to_change},
        "the run went well on every host, and changed exactly those that ran in the other mode",
    )

    heading("3. Again: nothing is left to do")
    fleet.forget_requests()
    recap = ansible.run("isolation_mode", MODE)
    verdict.check(recap.went_well(names) and not recap.touched, "the second run changed nothing")
    judge_requests(fleet, verdict)

    heading("4. Restart IIS on all of them, and prove that what ran runs again")
    recap = ansible.run("safe_restart", RESTART)
    verdict.check(
        recap.went_well(names) and recap.touched == names and all(map(restarted, switched, fleet.look())),
        "one playbook restarted IIS 6.0 and IIS 10: the services live in new processes",
    )
    return before


def restarted(old: Host, new: Host) -> bool:
    """Whether IIS runs in other processes than before."""
    named = {"IISADMIN", "WAS", "W3SVC"} & set(new.processes)
    return all(new.processes[name] not in (0, old.processes[name]) for name in named)


def judge_switch(before: Sequence[Host], after: Sequence[Host], verdict: Verdict) -> None:
    """Compare what the hosts were with what they are when the mode was switched."""
    verdict.check(
        all(
            metabase.configured_mode == metabase.running_mode == WANTED
            and metabase.same_on_disk
            and not metabase.lost_changes
            and metabase.file_says == "FALSE"
            for host in after
            if (metabase := host.metabase) is not None
        ),
        "both IIS 6.0 are configured for worker processes and run so; MetaBase.xml holds what memory holds",
    )
    verdict.check(
        [host for host in before if host.metabase is None] == [host for host in after if host.metabase is None] != [],
        "IIS 10 has worker processes and no other mode: that host was asked, and not touched at all",
    )


def judge_requests(fleet: SimulatedFleet, verdict: Verdict) -> None:
    """What it cost to find nothing to do."""
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


def judge(before: Sequence[Host], after: Sequence[Host], verdict: Verdict) -> None:
    """Compare what the hosts were with what they are."""
    verdict.check(
        all(state == "Running" for host in after for state in host.services.values()), "all services of IIS run"
    )
    verdict.check(
        all(site.state == "started" for host in after for site in host.sites.values())
        and all(state == "started" for host in after for state in host.pools.values()),
        "all sites and pools are started (a paused one too: a restart of IIS ends a pause)",
    )
    by_hand = [(host.name, site.name) for host in after for site in host.sites.values() if not site.starts_by_itself]
    verdict.check(
        by_hand == [("web03", "Shop")] and [host.file_digest for host in after][2:] == [before[2].file_digest],
        "so is Shop on web03, which doesn't start by itself; applicationHost.config is the same, byte for byte",
    )


if __name__ == "__main__":
    sys.exit(main())
