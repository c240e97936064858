# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ran before services were stopped, noted for the next run in case this one doesn't live to see them run again."""

from __future__ import annotations

from collections.abc import Collection

from .context import Context, Note


def note_outage(context: Context, *, stops: Collection[str], services: Collection[str], sites: Collection[str]) -> None:
    """Note, before services (``stops``) go down, which of them have to run again, and which of their sites.

    What a former run noted of other services stays noted.
    """
    former = _without(context.notes.read(), stops, ())
    keep(context, Note(former.services.union(services), former.sites.union(sites)))


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
    return Note(note.services.difference(services), frozenset(left), note.since)


def keep(context: Context, note: Note) -> None:
    """Keep a note, but in check mode."""
    if not context.check_mode:
        context.notes.write(note)
