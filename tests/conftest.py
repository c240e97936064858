# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable as ``ansible_collections.fleetops.iis`` and the simulator as ``simulator``."""

from __future__ import annotations

import os

import stage
from ansible.plugins.loader import init_plugin_loader
from hypothesis import HealthCheck, settings

# Ansible's own import machinery, on the staged tree only: a collection installed elsewhere is never tested by mistake.
_STAGE = str(stage.link())
os.environ["ANSIBLE_COLLECTIONS_PATH"] = _STAGE
os.environ.setdefault("ANSIBLE_HOME", str(stage.ROOT / ".cache" / "ansible"))
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(stage.ROOT / ".cache" / "hypothesis"))
init_plugin_loader([_STAGE])

# How long an example takes says something of the machine, not of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
