# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change record asks of a run: who started it, where, on what, with which versions."""

from __future__ import annotations

import getpass
import json
import os
import platform
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.release import __version__ as ansible_version
from ansible.utils.vars import load_extra_vars

from .rollout import About

_ROOT = Path(__file__).resolve().parents[3]

#: Where CI systems say which job this is: GitLab, Jenkins.
_JOBS = ("CI_JOB_URL", "BUILD_URL")
#: Variables of the playbooks that are never secret; of others only numbers and truth values are shown.
_SHOWN = frozenset({"mode", "iis_hosts", "batch", "max_fail", "gate"})


def about(arguments: Mapping[str, Any], loader: Any) -> About:
    """Describe the run that Ansible's command line asks for. ``loader`` is the playbook's."""
    return About(
        user=_user(),
        controller=socket.gethostname(),
        inventory=tuple(str(source) for source in arguments.get("inventory") or ()),
        limit=str(arguments.get("subset") or ""),
        variables=shown_variables(load_extra_vars(loader)),
        versions={"fleetops.iis": _version(), "ansible-core": ansible_version, "Python": platform.python_version()},
        job=next((os.environ[name] for name in _JOBS if os.environ.get(name)), ""),
    )


def shown_variables(given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of the command line. A value that may be a secret is None."""
    return {
        name: value if name in _SHOWN or isinstance(value, (bool, int, float)) else None
        for name, value in given.items()
        if name != "ansible_version"
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return f"user {os.getuid()}"


def _version() -> str:
    """The version of the collection: of the installed one, or of the one that is developed."""
    manifest = _ROOT / "MANIFEST.json"
    if manifest.exists():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    return str(yaml.safe_load((_ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])
