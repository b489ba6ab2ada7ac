"""What Blender loads of the extension: `__init__.py` of its zip.

The rest lies below as it does in our source, so that the bootstrap among it runs as it stands.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def register() -> None:
    """Show ourselves in Blender."""
    _interface().register()


def unregister() -> None:
    """Take it back."""
    _interface().unregister()


def _interface() -> Any:
    return import_module(".host_adapters.afterframe_hosts.blender.ui", __package__)
