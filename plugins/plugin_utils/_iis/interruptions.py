# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ran before it was stopped or paused, and what isn't saved: noted for the next run, in case this one dies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from .context import Context, Note


def note_outage(context: Context, *, stops: Collection[str], services: Collection[str], sites: Collection[str]) -> None:
    """Note, before services (``stops``) go down, which of them have to run again, and which of their sites.

    What a former run noted of other services stays noted, and the sites of those that come back.
    """
    former = _without(context.notes.read(), frozenset(stops).difference(services), ())
    keep(
        context, replace(former, services=former.services.union(services), sites=former.sites.union(sites), since=None)
    )


def note_pause(context: Context, sites: Collection[str]) -> None:
    """Note, before sites are paused, that they have to run again."""
    if sites:
        note = context.notes.read()
        keep(context, replace(note, sites=note.sites.union(sites), since=None))


def note_saved(context: Context, *, is_saved: bool) -> None:
    """Note before a change in memory that it has to be saved, and when it is."""
    note = context.notes.read()
    if not is_saved:
        keep(context, replace(note, unsaved=True, since=None))
    elif note.unsaved:
        keep(context, replace(note, unsaved=False))


def forget(context: Context, *, services: Collection[str] = (), sites: Collection[str] = ()) -> None:
    """Note no longer what runs again, or was stopped on purpose: services with their sites, or sites."""
    note = context.notes.read()
    rest = _without(note, services, sites)
    if rest != note:
        keep(context, rest)


def ran_before(note: Note) -> str:
    """Say of something that was noted why it is brought back: ``ran before an outage that began at ...``."""
    since = f" that began at {note.since:%Y-%m-%d %H:%M} UTC" if note.since else ""
    return f"ran before an outage{since} and was interrupted; it is started again"


def service_of(site: str) -> str:
    """The service (key) of a site by the site's metabase key: w3svc of W3SVC/1."""
    return site.partition("/")[0].lower()


def _without(note: Note, services: Collection[str], sites: Collection[str]) -> Note:
    left = (site for site in note.sites if site not in sites and service_of(site) not in services)
    return replace(note, services=note.services.difference(services), sites=frozenset(left))


def keep(context: Context, note: Note) -> None:
    """Keep a note, but in check mode."""
    if not context.check_mode:
        context.notes.write(note)
