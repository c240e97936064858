# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m simulator``: serve a fleet of simulated hosts until SIGINT or SIGTERM.

The inventory goes to standard output (and to a file, if asked), everything else to standard error. At the end every
machine is shut down in order, so that its state folder holds what a real host's disk would.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import ssl
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import Field, fields
from enum import Enum
from pathlib import Path
from typing import Any

from simulator.clock import RealClock
from simulator.faults import Effect
from simulator.fleet import DEFAULT_PORT, Fleet
from simulator.scenario import KINDS, SCENARIOS, HostSpec, default, place_host, scenario
from simulator.windows.spec_reader import SpecError
from simulator.wire.profile import PROFILES, WireOptions
from simulator.wire.site import Placement

_SHUTDOWN_LIMIT = 60
"""Simulated seconds that the machines get to shut down."""


class _Time:
    """Real seconds, and how far the shutdown has run ahead of them."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Serve simulated Windows Servers with IIS 6.0, 7.5 and 10 over WinRM on loopback addresses.",
        epilog=f"Scenarios: {', '.join(SCENARIOS)}, or a YAML or JSON file. Faults for POST /hosts/NAME/faults on the "
        f"control endpoint: {', '.join(effect.value for effect in Effect)}.",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--hosts", type=int, default=1, metavar="N", help="so many plain hosts (default: 1)")
    which.add_argument("--scenario", metavar="NAME|FILE", help="the hosts of a scenario")
    parser.add_argument("--kind", choices=KINDS, default="iis6", help="of the plain hosts (default: %(default)s)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where hosts keep their files (default: nowhere)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: a free one (default: %(default)s)")
    parser.add_argument(
        "--control-port", type=int, default=0, metavar="PORT", help="on 127.0.0.1 (default: a free one)"
    )
    parser.add_argument("--inventory", type=Path, metavar="FILE", help="write the inventory there as well")
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="simulated seconds per real one")
    wire = parser.add_argument_group("WinRM, for all hosts")
    wire.add_argument("--profile", choices=PROFILES, help="the version of WinRM")
    wire.add_argument("--tls", type=_listener, metavar="PEM", help="listen with TLS: a file of a key and a certificate")
    for switch in _switches():
        _add_switch(wire, switch)
    arguments = parser.parse_args(words)
    if arguments.hosts < 1 or arguments.speed <= 0:
        parser.error("--hosts and --speed must be positive")
    return arguments


def _switches() -> list[Field[Any]]:
    """The options of WinRM that are plain values; each is a key of ``wire`` in a scenario as well."""
    return [switch for switch in fields(WireOptions) if "help" in switch.metadata]


def _add_switch(group: argparse._ArgumentGroup, switch: Field[Any]) -> None:
    flag, meaning = f"--{switch.name.replace('_', '-')}", switch.metadata["help"]
    if isinstance(switch.default, Enum):
        values = ", ".join(each.value for each in type(switch.default))
        group.add_argument(flag, type=type(switch.default), metavar="VALUE", help=f"{meaning}: {values}")
    else:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, help=meaning)


def _listener(path: str) -> ssl.SSLContext:
    """A listener's TLS. Server 2003 itself speaks TLS 1.0 at best, which OpenSSL may refuse."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(path)
    except (OSError, ssl.SSLError) as error:
        raise argparse.ArgumentTypeError(f"{path}: {error}") from error
    return context


def _specs(arguments: argparse.Namespace) -> list[HostSpec]:
    """The hosts that were asked for, with the options that hold for all."""
    specs = scenario(arguments.scenario) if arguments.scenario else default(arguments.hosts, arguments.kind)
    for spec in specs:
        spec.profile = arguments.profile or spec.profile
        spec.wire.tls = arguments.tls
        for switch in _switches():
            wanted = getattr(arguments, switch.name)
            if wanted is not None:
                setattr(spec.wire, switch.name, wanted)
    return specs


async def _serve(arguments: argparse.Namespace, state: Path) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    seconds = _Time()
    clock = RealClock(seconds, arguments.speed)
    placements = [place_host(spec, clock, state) for spec in _specs(arguments)]
    fleet = Fleet(placements, clock, port=arguments.port, folder=state, control_port=arguments.control_port)
    await fleet.start()
    try:
        inventory = fleet.inventory()
        if arguments.inventory is not None:
            arguments.inventory.write_text(inventory, encoding="utf-8")
        sys.stdout.write(inventory)
        sys.stdout.flush()
        control = "" if fleet.control is None else fleet.control.url
        _say(f"{len(placements)} hosts on port {fleet.port}, control endpoint {control}, state in {state}")
        await stop.wait()
    finally:
        await fleet.stop()
    await _shut_down(placements, clock, seconds)


async def _shut_down(placements: Sequence[Placement], clock: RealClock, seconds: _Time) -> None:
    """Shut the machines down, letting simulated time run as fast as it can."""
    for placement in placements:
        placement.machine.control_actions["switch_off"]()
    for _second in range(_SHUTDOWN_LIMIT):
        if not any(placement.machine.powered for placement in placements):
            return
        seconds.ahead += 1.0 / clock.speed
        clock.catch_up()
        for _turn in range(20):
            await asyncio.sleep(0)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    arguments = _arguments(sys.argv[1:] if words is None else words)
    with contextlib.ExitStack() as stack:
        if arguments.state is None:
            arguments.state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulator-")))
        try:
            asyncio.run(_serve(arguments, arguments.state))
        except (SpecError, OSError) as error:
            _say(f"simulator: {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
