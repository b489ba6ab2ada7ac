"""The service is small: it never imports what belongs to its workers.

How soon it is ready is measured by ``tests.bench.overhead``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from afterframe_hosts.wire import discovery

HEAVY = ("torch", "cv2", "av", "numpy", "OpenImageIO", "opentimelineio", "PySide6", "rich")
RSS_LIMIT = 80e6

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


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="tells the size in another way")
def test_a_service_stays_small() -> None:
    client = discovery.connect()
    client.engines()
    size = psutil.Process(client.endpoint.pid).memory_info().rss
    print(f"{size / 1e6:.0f} MB")
    assert size < RSS_LIMIT
    mapped = Path(f"/proc/{client.endpoint.pid}/maps").read_text()
    assert not [name for name in HEAVY if f"/{name}/" in mapped]
