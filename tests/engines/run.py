# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make runner``: the playbook isolation_mode through ansible-runner, on simulated hosts, as AWX would run it; and
what ansible-builder makes of ``execution-environment.yml`` and of ``meta/execution-environment.yml``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import ansible_runner
import yaml

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 20.0
"""Seconds that the simulator may take to stop."""


def run_playbook(folder: Path) -> None:
    """Run it twice on the hosts of the demonstration: it works, then there is nothing to do."""
    command = [sys.executable, "-m", "simulator", "--scenario", "demo", "--port", "0", "--speed", "20"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    with (folder / "simulator.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--inventory", str(folder / "hosts.yml")], env=environment, stdout=subprocess.PIPE, stderr=log
        )
    try:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise SystemExit((folder / "simulator.log").read_text())
        first, second = (run_once(folder, name) for name in ("first", "second"))
    finally:
        process.terminate()
        process.wait(_PATIENCE)
    if set(first) != {"web02", "web03"} or second:
        raise SystemExit(f"changed at first: {first}, and then: {second}")
    print("ansible-runner: the playbook switched two hosts, and then found nothing to do.")


def run_once(folder: Path, name: str) -> dict[str, Any]:
    """Run the playbook; the hosts that were changed."""
    private = folder / name
    private.mkdir()
    run = ansible_runner.run(
        private_data_dir=str(private),
        inventory=str(folder / "hosts.yml"),
        playbook="fleetops.iis.isolation_mode",
        extravars={"mode": "worker_process", "batch": "100%"},
        envvars={"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".stage")},
        quiet=True,
    )
    told = run.stdout.read()
    if (run.status, run.rc) != ("successful", 0) or run.stats is None:
        raise SystemExit(f"ansible-runner: {run.status}\n{told}")
    changed: dict[str, Any] = run.stats["changed"]
    return changed


def build_contexts(folder: Path) -> None:
    """Have ansible-builder make the context of an execution environment, as far as that goes without an image.

    From the definition for users, which names the collection; and from that of the collection, which says what it
    needs: the one is read when an image is built with the other.
    """
    create_context(folder, ROOT / "execution-environment.yml", "requirements.yml", "fleetops.iis")

    definition = folder / "execution-environment.yml"
    own = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text())
    own["dependencies"]["python"] = str(ROOT / own["dependencies"]["python"])
    own["images"] = {"base_image": {"name": "quay.io/centos/centos:stream9"}}
    own["dependencies"] |= {
        "ansible_core": {"package_pip": "ansible-core"},
        "ansible_runner": {"package_pip": "ansible-runner"},
    }
    definition.write_text(yaml.safe_dump(own))
    create_context(folder, definition, "requirements.txt", "pywinrm")


def create_context(folder: Path, definition: Path, file: str, expected: str) -> None:
    """Have ansible-builder make a context; see that a file in it names what is expected."""
    context = folder / f"context-{expected}"
    subprocess.run(["ansible-builder", "create", "-f", str(definition), "-c", str(context)], check=True)
    if expected not in (context / "_build" / file).read_text():
        raise SystemExit(f"ansible-builder: {expected} isn't in {file} of the context of {definition}")
    print(f"ansible-builder: {expected} is in the context of {definition.parent.name}/{definition.name}.")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="engines-") as path:
        run_playbook(Path(path))
        build_contexts(Path(path))
