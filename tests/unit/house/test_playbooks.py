# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every playbook of the collection needs."""

from __future__ import annotations

import pytest
import stage
import yaml

PLAYBOOKS = sorted((stage.ROOT / "playbooks").glob("*.yml"))


@pytest.mark.parametrize("path", PLAYBOOKS, ids=[path.stem for path in PLAYBOOKS])
def test_a_playbook_begins_with_its_refusals_and_names_its_strategy(path):
    """Unless a play names a strategy it has the user's, and with ``free`` neither max_fail nor run_once holds."""
    (play,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert play["hosts"] == "{{ lookup('fleetops.iis.rollout_hosts', '" + path.stem + "') }}"
    assert play["strategy"] == "ansible.builtin.linear"
