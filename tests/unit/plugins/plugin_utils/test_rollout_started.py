# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which playbooks a run consists of."""

from __future__ import annotations

from pathlib import Path

import pytest
import stage
import yaml

from ansible_collections.fleetops.iis.plugins.plugin_utils._rollout.started import playbooks_of_run

FILES = {
    "first.yml": [{"import_playbook": "fleetops.iis.preflight"}],
    "both.yml": [{"import_playbook": "first.yml"}, {"ansible.builtin.import_playbook": "fleetops.iis.safe_restart"}],
    "mine.yml": [{"import_playbook": "first.yml"}, {"hosts": "all"}],
    "theirs.yml": [{"import_playbook": "somebody.else.reboot"}],
    "templated.yml": [{"import_playbook": "{{ which }}.yml"}],
    "empty.yml": None,
}


@pytest.mark.parametrize(
    ("arguments", "playbooks"),
    [
        (["fleetops.iis.safe_restart"], {"safe_restart"}),
        (["fleetops.iis.preflight", "fleetops.iis.isolation_mode"], {"preflight", "isolation_mode"}),
        ([str(stage.ROOT / "playbooks" / "probe.yml")], {"probe"}),
        (["first.yml"], {"preflight"}),
        (["both.yml"], {"preflight", "safe_restart"}),
        (["both.yml", "fleetops.iis.probe"], {"preflight", "safe_restart", "probe"}),
        (["mine.yml"], None),
        (["theirs.yml"], None),
        (["templated.yml"], None),
        (["empty.yml"], None),
        (["fleetops.iis.safe_restart", "mine.yml"], None),
        (["somebody.else.reboot"], None),
        ([], None),
    ],
)
def test_the_playbooks_of_a_run(tmp_path, monkeypatch, arguments, playbooks):
    for name, plays in FILES.items():
        (tmp_path / name).write_text(yaml.safe_dump(plays))
    monkeypatch.chdir(tmp_path)

    assert playbooks_of_run(arguments, lambda path: yaml.safe_load(Path(path).read_text())) == playbooks
