"""Meet a service of another version. Arguments: folder with look.mov, the answer's path."""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import compat, ui
from afterframe_hosts.blender.ui import session
from afterframe_hosts.wire import codec, discovery
from afterframe_hosts.wire.client import Endpoint
from afterframe_hosts.wire.session import Health
from afterframe_hosts.wire.system import make_private_folder

FOLDER, ANSWER = map(Path, sys.argv[1:3])
LIMIT = 20


class Newer(BaseHTTPRequestHandler):
    """Says that it is a newer service, and nothing else."""

    def do_GET(self):
        body = codec.dumps(Health("9.9.9", os.getpid(), 0.0, 1, 0)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = HTTPServer(("127.0.0.1", 0), Newer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = Endpoint(server.server_port, "token", os.getpid(), "9.9.9")
    make_private_folder(discovery.endpoint_path().parent)
    discovery.endpoint_path().touch(0o600)
    discovery.endpoint_path().write_text(codec.dumps(endpoint))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    ui.register()
    editor = bpy.context.scene.sequence_editor_create()
    look = compat.strips(editor).new_movie("look", str(FOLDER / "look.mov"), 1, 1)
    look.select, editor.active_strip = True, look
    bpy.ops.afterframe.generate(quality="draft")
    here = session.current()
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        here.tick()
        time.sleep(0.05)
        (row,) = here.board.rows()
        if here.trouble is not None and row.kind == "failed":
            break
    told = {"trouble": here.trouble.code if here.trouble else "", "row": vars(row)}
    ANSWER.write_text(json.dumps(told))


main()
