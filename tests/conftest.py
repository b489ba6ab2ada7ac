"""How the tests are shared out where several processes run them (`-n`): a module stays together."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

WINDOW = "tests/hosts/gui/"
"""Tests in the one Blender with a window: a second one beside it would make both slow. All of CI
runs them alone; this is for who runs pytest by hand."""


class _Modules(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return WINDOW if nodeid.startswith(WINDOW) else nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Modules:
    return _Modules(config, log)
