# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret leaves the process: runs that fail in every way, with -vvvvvv, are searched for it in every encoding."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.spec import IisSpec
from simulator.machine import Account
from simulator.scenario import HostSpec

from .conftest import CASES
from .playbooks import running

USER = "operator"
PASSWORD = "Gh&i<m'%41\"ä€-4711"
BACKUP_PASSWORD = "Tr&s<o'r%20ß-0815"


def encodings(secret: str, user: str = USER) -> Iterator[tuple[str, str]]:
    """The ways in which a secret could be written, by name. Text in which case matters is given in both."""
    pieces = {"utf-8": secret.encode(), "utf-16": secret.encode("utf-16-le"), "latin": secret.encode("cp1252")}
    yield "plain", secret
    yield "reversed", secret[::-1]
    yield "url", urllib.parse.quote(secret)
    yield "url, all", urllib.parse.quote(secret, safe="")
    yield "url, form", urllib.parse.quote_plus(secret)
    yield "xml", escape(secret)
    yield "xml attribute", quoteattr(secret)[1:-1]
    yield "xml numeric", "".join(f"&#{ord(letter)};" for letter in secret)
    yield "json", json.dumps(secret)[1:-1]
    yield "python", repr(secret)[1:-1]
    yield "python bytes", repr(secret.encode())[2:-1]
    yield "mis-read", secret.encode().decode("latin-1")
    yield "basic", base64.b64encode(f"{user}:{secret}".encode()).decode().rstrip("=")
    for name, data in pieces.items():
        yield f"base64 {name}", base64.b64encode(data).decode().rstrip("=")
        yield f"base64 url {name}", base64.urlsafe_b64encode(data).decode().rstrip("=")
        yield f"hex {name}", data.hex()
        yield f"HEX {name}", data.hex().upper()


def leaks(text: str, secret: str) -> list[str]:
    """Under which encodings a secret is in a text."""
    return [name for name, form in encodings(secret) if form in text]


@pytest.mark.parametrize("name", sorted({name for name, _form in encodings(PASSWORD)}))
def test_the_search_finds_what_it_looks_for(name):
    form = dict(encodings(PASSWORD))[name]
    assert name in leaks(f"... {form} ...", PASSWORD)


@pytest.fixture
def hosts(tmp_path):
    spec = HostSpec("web01", accounts=[Account(USER, PASSWORD)], iis=IisSpec(start_seconds=0.2, stop_seconds=0.2))
    with running(tmp_path, spec) as hosts:
        yield hosts


#: What goes wrong: on the wire, with the options of the play, and what is asked for.
TROUBLES = {
    "nothing": (None, ()),
    "a wrong password for the host": (None, ("-e", '{"ansible_password": "' + PASSWORD.replace('"', '\\"') + 'x"}')),
    "no listener": (None, ("-e", "ansible_port=1")),
    "https where there is none": (None, ("-e", "ansible_winrm_scheme=https")),
    "basic authentication": (None, ("-e", "ansible_winrm_transport=plaintext")),
    "a transport that doesn't exist": (None, ("-e", "ansible_winrm_transport=pigeon")),
    "a proxy that is none": (None, ("-e", "ansible_winrm_proxy=http://127.0.0.1:1")),
    "psrp": (
        None,
        ("-e", "ansible_connection=psrp", "-e", "ansible_psrp_auth=ntlm", "-e", "ansible_psrp_protocol=http"),
    ),
    "cut": (Rule(Effect.CUT_AFTER, method="BackupWithPassword", count=0), ()),
    "truncated": (Rule(Effect.TRUNCATE, count=0), ()),
    "refused, repeating what was sent": (
        Rule(Effect.FAULT, method="BackupWithPassword", count=0, code=87, text=f"{BACKUP_PASSWORD} by {PASSWORD}"),
        (),
    ),
    "unavailable": (Rule(Effect.STATUS, count=0), ()),
    "html": (Rule(Effect.STATUS, count=0, status=500), ()),
}  # fmt: skip

_SHORT = ("refused, repeating what was sent",)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "trouble" in metafunc.fixturenames:
        metafunc.parametrize("trouble", TROUBLES if metafunc.config.getoption("--everywhere") else _SHORT)


def test_no_run_shows_a_password(hosts, trouble, record_property):
    rule, options = TROUBLES[trouble]
    if rule is not None:
        hosts[0].fault(rule)
    folder: Path = hosts.ansible.folder
    tasks = [
        {"fleetops.iis.iis_metabase_backup": {"name": "safe", "version": "next", "password": BACKUP_PASSWORD},
         "ignore_errors": True, "ignore_unreachable": True, "register": "made"},
        {"fleetops.iis.iis_metabase_backup": {"name": "safe", "state": "restored", "password": f"{BACKUP_PASSWORD}x"},
         "ignore_errors": True, "ignore_unreachable": True, "diff": True},
        {"fleetops.iis.iis_metabase_backup": {"name": "safe", "password": BACKUP_PASSWORD, "no_such_option": 1},
         "ignore_errors": True, "ignore_unreachable": True},
        {"fleetops.iis.iis_site": {"name": "No such site", "state": "stopped"},
         "ignore_errors": True, "ignore_unreachable": True},
        {"ansible.builtin.debug": {"var": "made"}},
        {"ansible.builtin.copy": {"content": "{{ made | to_nice_json }}", "dest": f"{folder}/made.json"},
         "delegate_to": "localhost", "vars": {"ansible_connection": "local"}, "ignore_errors": True},
    ]  # fmt: skip
    path = folder / "play.yml"
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))

    run = hosts.ansible.run(
        "ansible-playbook", str(path), "-vvvvvv", "--diff", *options,
        ANSIBLE_LOG_PATH=str(folder / "ansible.log"), ANSIBLE_DEBUG="0", PYTHONWARNINGS="default",
    )  # fmt: skip

    assert "TASK [" in run.output
    given = {hosts.ansible.inventory, path}
    written = {"the screen": run.output} | {
        str(file): file.read_bytes().decode("utf-8", "replace")
        for file in folder.rglob("*")
        if file.is_file() and file not in given and folder / "state" not in file.parents
    }
    assert len(written) > 2
    found = {
        where: forms
        for where, text in written.items()
        for secret in (PASSWORD, BACKUP_PASSWORD)
        if (forms := leaks(text, secret))
    }
    record_property(CASES, ("Places searched for secrets", len(written), len(written) - len(found)))
    assert not found
