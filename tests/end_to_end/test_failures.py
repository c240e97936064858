# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator sees when a host can't be reached, or asked for what isn't there."""

from __future__ import annotations

import pytest
import yaml
from unit.plugins.plugin_utils.wsman.openssl import REFUSALS, environment

from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec

SHOP = SiteSpec(2, "Shop", bindings=(BindingSpec(8080),))


def sites(*more: SiteSpec) -> IisSpec:
    return IisSpec(sites=[SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)), *more])


def test_a_wrong_password_makes_the_host_unreachable(web):
    run = web.run("iis_site", "-e", "ansible_password=wrong", id=1, state="started")

    assert run.of("unreachable") == {"web01"}, run.output
    assert web[0].requests() == []
    assert "wrong" not in run.result()["msg"]


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
@pytest.mark.parametrize("refused", REFUSALS)
def test_a_controller_that_refuses_what_ntlm_needs_says_so(web, refused, connection, tmp_path):
    by_psrp = {"ansible_connection": "psrp", "ansible_psrp_auth": "ntlm", "ansible_psrp_protocol": "http"}
    options = [part for name, value in by_psrp.items() for part in ("-e", f"{name}={value}")]
    tasks = [{"name": "site", "fleetops.iis.iis_site": {"id": 1, "state": "started"}}]
    play = web.ansible.folder / "play.yml"
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))

    run = web.ansible.run(
        "ansible-playbook", str(play), *(options if connection == "psrp" else ()), **environment(refused, tmp_path)
    )

    message = run.only("unreachable").result["msg"]
    for words in (f"OpenSSL on this controller refuses {refused}", "FIPS mode", "legacy provider"):
        assert words in message
    assert web[0].requests() == []


def test_a_host_that_is_down_is_unreachable_and_the_others_go_on(start):
    hosts = start(IisSpec(), IisSpec())
    hosts[0].act("switch_off")

    run = hosts.run("iis_site", id=1, state="paused")

    assert run.of("unreachable") == {"web01"}, run.output
    assert run.of("changed") == {"web02"}


def test_an_unknown_site_is_answered_with_the_sites_there_are(start):
    hosts = start(sites(SHOP))

    message = hosts.run("iis_site", name="Defualt Web Site", state="started").only("failed").result["msg"]

    for words in ("Defualt Web Site", "Default Web Site", "id 1", "Shop", "id 2"):
        assert words in message


def test_an_unknown_id_is_answered_with_the_sites_there_are(start):
    hosts = start(sites(SHOP))

    message = hosts.run("iis_site", id=7, state="started").only("failed").result["msg"]

    for words in ("7", "Default Web Site", "Shop"):
        assert words in message


def test_wrong_arguments_fail_before_anything_is_sent(web):
    run = web.run("iis_site", id=1, state="asleep")

    assert "asleep" in run.only("failed").result["msg"]
    assert web[0].journal() == []


def test_no_failure_shows_a_traceback(start):
    hosts = start(sites(SHOP))

    assert "Traceback" not in hosts.run("iis_site", "-vvv", name="none", state="started").output
    assert "Traceback" not in hosts.run("iis_site", "-vvv", "-e", "ansible_password=x", id=1, state="started").output
