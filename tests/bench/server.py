# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m bench.server COUNT FOLDER``: so many hosts in one process, until SIGTERM.

It writes ``FOLDER/inventory.yml``, then one line to stdout. Each host notes its requests in
``FOLDER/<name>/journal.jsonl``.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from bench.host import make_fleet
from simulator.scenario import default


async def serve(count: int, folder: Path) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    fleet = make_fleet(folder, default(count))
    await fleet.start()
    try:
        (folder / "inventory.yml").write_text(fleet.inventory())
        print("serving", flush=True)
        await stop.wait()
    finally:
        await fleet.stop()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
