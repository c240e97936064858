# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make fleet``: simulated hosts to play with, until Ctrl-C; what to type, once they listen."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import threading
from pathlib import Path

from demo.fleet import SimulatedFleet

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "fleet"
#: Beside the inventory, so that the commands find the collection and ``gather_facts: true`` works.
FILES = {
    "ansible.cfg": """[defaults]
inventory = inventory.yml
collections_path = {stage}
home = {home}
""",
    "facts.yml": """- name: Show what the hosts are
  hosts: all
  gather_facts: true
  tasks:
    - name: Show what the hosts are
      ansible.builtin.debug:
        msg: "{{{{ ansible_facts.fqdn }}}}: {{{{ ansible_facts.os_name }}}}, IIS {{{{ ansible_facts.iis_version }}}}"
""",
    "action_plugins/gather_facts.py": (
        "from ansible_collections.fleetops.iis.plugins.plugin_utils.gather_facts import ActionModule  # noqa: F401\n"
    ),
}
TEXT = """{count} simulated hosts listen: {hosts}.

Inventory: {inventory}

Try, in another terminal:

  cd {folder} && . {activate}
  ansible all -m fleetops.iis.iis_info -a gather_subset=services,sites
  ansible-playbook facts.yml
  ansible-playbook fleetops.iis.safe_restart --check --diff

Stop them with Ctrl-C here, or with: kill {process}
"""


def prepare(folder: Path) -> None:
    """Make a project of Ansible's in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(stage=ROOT / ".stage", home=folder / "ansible"), encoding="utf-8")


def main() -> int:
    """Serve the hosts until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="make fleet")
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--scenario", default="")
    arguments = parser.parse_args()
    scenario = arguments.scenario
    if scenario and Path(scenario).is_file():
        scenario = str(Path(scenario).resolve())
    which = ["--scenario", scenario] if scenario else ["--hosts", str(arguments.hosts)]
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    prepare(FOLDER)
    with SimulatedFleet(FOLDER, which) as fleet:
        names = fleet.names()
        print(
            TEXT.format(
                count=len(names),
                hosts=", ".join(names if len(names) <= 5 else [*names[:2], "…", names[-1]]),
                inventory=fleet.inventory,
                folder=FOLDER,
                activate=Path(sys.prefix) / "bin" / "activate",
                process=os.getpid(),
            ),
            flush=True,
        )
        while not stop.wait(1.0):
            if not fleet.runs:
                print(f"The simulator has ended:\n{fleet.log.read_text()}", file=sys.stderr)
                return 1
    print("The hosts are stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
