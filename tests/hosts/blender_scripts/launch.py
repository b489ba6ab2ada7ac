"""Run a script of this folder, and end at once: the module bpy now and then hangs in its own exit.

Arguments: the script, and its own.
"""

import os
import runpy
import sys
import traceback

code = 0
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except BaseException:  # noqa: BLE001 - the border of the process
    traceback.print_exc()
    code = 1
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)
