"""Open a project and do what the service asks of it, until a file says stop.

Arguments: the .blend, the stop file, the answer's path.
"""

import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender.adapter import BlenderHost
from afterframe_hosts.pump import Pump
from afterframe_hosts.wire.follower import Follower

BLEND, STOP, ANSWER = map(Path, sys.argv[1:4])
LIMIT = 60


def main():
    bpy.ops.wm.open_mainfile(filepath=str(BLEND))
    follower = Follower()
    pump = Pump(BlenderHost(), follower, listening=True)
    deadline = time.monotonic() + LIMIT
    while not STOP.exists() and time.monotonic() < deadline:
        time.sleep(pump.tick())
    follower.stop()
    ANSWER.write_text("true")


main()
