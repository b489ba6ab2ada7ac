"""The service is small and quick: it never imports what belongs to its workers."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from afterframe_hosts.wire import discovery

from .conftest import ended, wait_for

HEAVY = ("torch", "cv2", "av", "numpy", "OpenImageIO", "opentimelineio", "PySide6", "rich")
RSS_LIMIT = 80e6
WORK_LIMIT = 1.5
"""Times the processor time that importing the web framework takes; 1.35 is usual (measured: the
framework 0.25 s, the service 0.33 s; numpy adds 0.08 s, cv2 0.12 s)."""
READY_LIMIT = 3.0
"""Times the time by the clock that importing the web framework takes; 1 to 2 is usual."""
FRAMEWORK = "import time, fastapi, uvicorn; print(time.process_time())"
ROUNDS = 3
"""The best of so many is taken of both: what else the machine does makes either slower."""

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


def test_a_service_is_ready_soon_after_its_web_framework() -> None:
    """Measured side by side: how quick that is in seconds depends on the machine."""
    ready, work, framework, framework_work = [], [], [], []
    for _ in range(ROUNDS):
        begun = time.monotonic()
        told = subprocess.run([sys.executable, "-c", FRAMEWORK], capture_output=True, check=True)
        framework.append(time.monotonic() - begun)
        framework_work.append(float(told.stdout))
        begun = time.monotonic()
        client = discovery.connect()
        ready.append(time.monotonic() - begun)
        process = psutil.Process(client.endpoint.pid)
        work.append(sum(process.cpu_times()[:2]))
        client.stop()
        wait_for(lambda pid=process.pid: ended(pid))
    print(f"ready in {min(ready):.2f} s, the framework in {min(framework):.2f} s")
    print(f"processor: {min(work):.2f} s, the framework {min(framework_work):.2f} s")
    assert min(work) < WORK_LIMIT * min(framework_work)
    assert min(ready) < READY_LIMIT * min(framework)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="tells the size in another way")
def test_a_service_stays_small() -> None:
    client = discovery.connect()
    client.engines()
    size = psutil.Process(client.endpoint.pid).memory_info().rss
    print(f"{size / 1e6:.0f} MB")
    assert size < RSS_LIMIT
    mapped = Path(f"/proc/{client.endpoint.pid}/maps").read_text()
    assert not [name for name in HEAVY if f"/{name}/" in mapped]
