"""What a user of Blender sees: settings, operators, panels, menus.

The extension's own ``__init__`` calls :func:`register` and :func:`unregister`; scripts and tests
may do so too. Nothing here is needed for a batch.
"""

from __future__ import annotations

from . import (
    batch_ui,
    engine_ui,
    fixes,
    handlers,
    menus,
    operators,
    panel,
    preferences,
    presets,
    queue_panel,
    session,
    setting_operators,
    settings,
    strip_panel,
    take_operators,
    words,
)

_MODULES = (
    words,
    preferences,
    settings,
    setting_operators,
    presets,
    session,
    engine_ui,
    fixes,
    operators,
    take_operators,
    batch_ui,
    panel,
    strip_panel,
    queue_panel,
    menus,
    handlers,
)
"""In the order in which they are registered; each has ``register`` and ``unregister``."""


def register() -> None:
    """Register all of it; what was registered is taken back when a part fails."""
    done = []
    try:
        for module in _MODULES:
            module.register()
            done.append(module)
    except BaseException:
        for module in reversed(done):
            module.unregister()
        raise


def unregister() -> None:
    """Take all of it back: no class, property, timer, handler or thread of ours stays."""
    for module in reversed(_MODULES):
        module.unregister()
