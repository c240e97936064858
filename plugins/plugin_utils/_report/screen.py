# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on the screen: ten lines at most, after everything else that Ansible prints."""

from __future__ import annotations

from collections.abc import Sequence

from .rollout import HostStatus, Rollout
from .troubles import again, troubles
from .words import headline, needs, seconds, status_words

_GROUPS = 4
_WIDEST = 200


def summary(rollout: Rollout) -> Sequence[str]:
    """The hosts by result, the reasons of those in trouble, and how to run them again: seven lines at most."""
    parts = [
        f"{rollout.count(status)} {status_words(status, rollout).lower()}"
        for status in HostStatus
        if rollout.count(status)
    ]
    longest = rollout.longest_outage
    outage = f"; longest outage {seconds(longest[1])} ({longest[0]})" if longest else ""
    lines = [f"{headline(rollout)[0]}. {', '.join(parts)}{outage}." if parts else f"{headline(rollout)[0]}."]
    groups = troubles(rollout)
    shown = groups if len(groups) <= _GROUPS + 1 else groups[:_GROUPS]
    for trouble in shown:
        reason = trouble.message.partition("\n")[0]
        lines.append(_cut(f"  {needs(trouble)}: {trouble.limit}", _WIDEST // 2) + f": {_cut(reason, _WIDEST)}")
    if len(shown) < len(groups):
        lines.append(f"  and {len(groups) - len(shown)} more reasons: see the report.")
    names = ",".join(again(rollout))
    if names and len(names) <= _WIDEST:
        lines.append(f"  Once the causes are gone, run them again with: --limit {names}")
    return lines


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 2]} …"
