# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read is true: links lead somewhere, and codes are those that the collection knows."""

from __future__ import annotations

import re

import pytest
import stage
import yaml
from documentation.blocks import documents

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis import codes

#: The sections of Red Hat's template for the README of a certified collection; "Contributing" is optional there.
SECTIONS = [
    *("Description", "Requirements", "Installation", "Use Cases", "Testing", "Contributing", "Support"),
    *("Release Notes and Roadmap", "Related Information", "License Information"),
]

_LINK = re.compile(r"\]\(([^)\s]+(?:\([^)]*\))?[^)\s]*)\)")
_ROW = re.compile(r"^\| (0x[0-9A-F]{8}) \| `(\w+)` \|", re.MULTILINE)


def read(document):
    return (stage.ROOT / document).read_text(encoding="utf-8")


def anchor(heading):
    """The anchor that GitHub gives a heading."""
    words = re.sub(r"`|\[([^]]*)\]\([^)]*\)", lambda found: found[1] or "", heading).lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(document):
    text = re.sub(r"^```.*?^```$", "", read(document), flags=re.MULTILINE | re.DOTALL)
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("document", [*documents(), "CONTRIBUTING.md", "SECURITY.md"])
def test_links_lead_somewhere(document):
    broken = []
    for link in _LINK.findall(read(document)):
        path, _hash, place = link.partition("#")
        if path.startswith(("http://", "https://")):
            continue
        target = ((stage.ROOT / document).parent / path).resolve() if path else stage.ROOT / document
        known = target.exists() and (not place or place in anchors(str(target.relative_to(stage.ROOT))))
        broken += [] if known else [link]
    assert broken == []


@pytest.mark.parametrize("document", [document for document in documents() if not document.startswith("docs/")])
def test_links_of_what_galaxy_shows_stay_within_what_ships(document):
    unshipped = {str(pattern) for pattern in yaml.safe_load(read("galaxy.yml"))["build_ignore"]}
    broken = []
    for link in _LINK.findall(read(document)):
        if not link.startswith(("http://", "https://", "#")):
            target = ((stage.ROOT / document).parent / link.partition("#")[0]).resolve().relative_to(stage.ROOT)
            broken += [link] if target.parts[0] in unshipped else []
    assert broken == []


def test_the_readme_has_what_certified_collections_have():
    assert re.findall(r"^## (.+)$", read("README.md"), re.MULTILINE) == SECTIONS


def test_every_guide_can_be_reached_from_the_readme():
    guides = {document for document in documents() if document.startswith("docs/")}
    assert guides - set(_LINK.findall(read("README.md"))) == set()


def test_the_codes_of_troubleshooting_are_those_that_the_collection_tells():
    rows = _ROW.findall(read("docs/troubleshooting.md"))
    assert [
        (number, symbol) for number, symbol in rows if codes.describe(int(number, 16)) != f"{symbol} ({number})"
    ] == []


def test_troubleshooting_has_every_code_that_the_collection_can_name():
    explained = {f"0x{codes.hresult(code):08X}" for code in (*codes._CODES, *codes._MEANINGS)}
    assert explained - {number for number, _symbol in _ROW.findall(read("docs/troubleshooting.md"))} == set()


def plugin_texts():
    """All texts in the plugins, with what is filled in at run time and what breaks lines taken out."""
    files = (stage.ROOT / "plugins").rglob("*.py")
    text = " ".join(path.read_text(encoding="utf-8") for path in files)
    joined = re.sub(r'"\s*\n\s*f?"', "", text)
    return re.sub(r"\{[^{}\n\"]*\}", "…", joined)


def test_the_messages_of_troubleshooting_are_those_of_the_collection():
    known = plugin_texts()
    missing = []
    for row in re.findall(r"^\| (`.*?) \|", read("docs/troubleshooting.md"), re.MULTILINE):
        for message in re.findall(r"`([^`]+)`", row):
            parts = [part for part in message.split("…") if len(part) > 3]
            missing += [message for part in parts if part.strip() not in known and message not in ANSIBLES]
    assert "\n".join(missing) == ""


#: Messages in the table that others give: Ansible, and libraries whose words are passed on.
ANSIBLES = {
    "the service W3SVC isn't running",
    *("Connection refused: check ansible_port", "auth method ntlm requires a password", "is undefined"),
    *("maximum number of concurrent shells", "ansible.legacy.setup was redirected to", "could not be loaded"),
    *("The powershell shell", "Python interpreter discovery", "HTTP response returned from server. Code 413"),
    "There is no Web site named",
    "module (fleetops.iis.iis_facts) is missing interpreter line",
}
