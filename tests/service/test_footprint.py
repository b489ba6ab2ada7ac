"""The service is small and quick: it never imports what belongs to its workers."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil

from afterframe_hosts.wire import discovery

HEAVY = ("torch", "cv2", "av", "numpy", "OpenImageIO", "opentimelineio", "PySide6", "rich")
RSS_LIMIT = 80e6
READY_LIMIT = 10.0
"""Generous, for a busy machine; about 0.5 s is usual."""

IMPORTED = """
import sys
import afterframe.service.__main__
from afterframe.service.running import Service
from afterframe_models import registry
registry.infos()
print(*sorted(sys.modules))
"""


def test_the_service_imports_nothing_of_its_workers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], capture_output=True, text=True, timeout=60, check=True
    )
    modules = set(done.stdout.split())
    assert not modules & set(HEAVY)
    engines = {name for name in modules if name.startswith("afterframe_models.")}
    assert engines <= {"afterframe_models.card", "afterframe_models.registry"}
    assert "afterframe.pipeline" not in modules


def test_a_service_is_ready_soon_and_stays_small() -> None:
    begun = time.monotonic()
    client = discovery.connect()
    ready = time.monotonic() - begun
    client.engines()
    size = psutil.Process(client.endpoint.pid).memory_info().rss
    print(f"ready in {ready:.2f} s, {size / 1e6:.0f} MB")
    assert ready < READY_LIMIT
    assert size < RSS_LIMIT
    maps = Path(f"/proc/{client.endpoint.pid}/maps")
    if maps.exists():
        mapped = maps.read_text()
        assert not [name for name in HEAVY if f"/{name}/" in mapped]
