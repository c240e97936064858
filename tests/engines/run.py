# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make runner``: preflight and isolation_mode through ansible-runner, on simulated hosts, as AWX would run them, with
the report in the project; where that is in the containers of AWX and of ansible-navigator; and what ansible-builder
makes of ``execution-environment.yml`` and of ``meta/execution-environment.yml``.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import ansible_runner
import yaml
from ansible_runner.config.command import CommandConfig
from ansible_runner.config.runner import RunnerConfig

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 20.0
"""Seconds that the simulator may take to stop."""

_REPORT = Path("reports/rollout.json")
_CONFIGURATION = f"""\
[defaults]
callbacks_enabled = fleetops.iis.rollout_report

[callback_rollout_report]
html_path = {_REPORT.with_suffix(".html")}
json_path = {_REPORT}
"""


def run_playbook(folder: Path) -> None:
    """Look at the hosts of the demonstration, switch them, then find nothing to do, with a report of each."""
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
        looked = run_once(folder, "preflight", "preflight")
        first, second = (run_once(folder, name, "isolation_mode") for name in ("first", "second"))
    finally:
        process.terminate()
        process.wait(_PATIENCE)
    if looked or set(first) != {"web01", "web02"} or second:
        raise SystemExit(f"changed by looking: {looked}, at first: {first}, and then: {second}")
    print("ansible-runner: the playbook switched two hosts, and then found nothing to do.")


def run_once(folder: Path, name: str, playbook: str) -> dict[str, Any]:
    """Run a playbook of the collection by a file of a project, as AWX has to; return the hosts that were changed."""
    private = folder / name
    project = private / "project"
    project.mkdir(parents=True)
    (project / "ansible.cfg").write_text(_CONFIGURATION)
    (project / "play.yml").write_text(yaml.safe_dump([{"import_playbook": f"fleetops.iis.{playbook}"}]))
    run = ansible_runner.run(
        private_data_dir=str(private),
        inventory=str(folder / "hosts.yml"),
        playbook="play.yml",
        extravars={"mode": "worker_process", "batch": "100%"},
        envvars={"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".stage")},
        quiet=True,
    )
    told = run.stdout.read()
    if (run.status, run.rc) != ("successful", 0) or run.stats is None:
        raise SystemExit(f"ansible-runner: {run.status}\n{told}")
    report = json.loads((project / _REPORT).read_text())
    if not report["finished"] or report["summary"]["hosts"] != len(run.stats["ok"]):
        raise SystemExit(f"the report in {project}: {report}\n{told}")
    changed: dict[str, Any] = run.stats["changed"]
    return changed


def find_containers(folder: Path) -> None:
    """See where an execution environment works, and so where a report with a relative path ends up.

    No container is started: these are the commands that ansible-runner makes for AWX, which gives it a folder of the
    job, and for ansible-navigator, which gives it the folder that it was started in.
    """
    private, current = folder / "private", folder / "current"
    current.mkdir()
    container = {"process_isolation": True, "process_isolation_executable": "podman", "container_image": "iis-ee"}
    job = RunnerConfig(private_data_dir=str(private), playbook="play.yml", **container)
    job.prepare()
    see_container("AWX", job.command, f"{private}/:/runner/", "/runner/project")
    navigator = CommandConfig(private_data_dir=str(private), host_cwd=str(current), **container)
    navigator.prepare_run_command("ansible-playbook", cmdline_args=["fleetops.iis.preflight"])
    see_container("ansible-navigator", navigator.command, f"{current}/:{current}/", str(current))


def see_container(name: str, command: list[str], mount: str, folder: str) -> None:
    """See that a container has a mount (host:container) and works in a folder."""
    mounts = [value for word, value in itertools.pairwise(command) if word == "-v"]
    works = command[command.index("--workdir") + 1]
    if not any(each.startswith(mount) for each in mounts) or works != folder:
        raise SystemExit(f"{name}: works in {works}, mounts {mounts}")
    print(f"{name}: the container works in {folder}, with the mount {mount}")


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
        find_containers(Path(path))
        build_contexts(Path(path))
