"""Windows of scripts: built and found again, shown to nobody, and closed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Widget:
    """A widget: what a script has given it by name; methods that nobody sees do nothing."""

    def __init__(self, kind: str, *given: Any, **named: Any) -> None:
        values = {
            name: each for part in given if isinstance(part, dict) for name, each in part.items()
        }
        self.__dict__.update(values | named)
        self._kind = kind
        listed = [each for part in given if isinstance(part, (list, tuple)) for each in part]
        self._inside = [*listed, *(each for each in given if isinstance(each, Widget))]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in {"Text", "PlainText", "CurrentText", "PlaceholderText"}:
            return ""
        if name in {"Value", "CurrentIndex", "Checked", "Enabled", "Visible"}:
            return 0
        return lambda *given: None

    def __repr__(self) -> str:
        return f"UI{self._kind} ({getattr(self, 'ID', '')})"

    def every(self) -> Iterator[Widget]:
        """Return this widget and all in it."""
        yield self
        for each in self._inside:
            if isinstance(each, Widget):
                yield from each.every()


class Handlers:
    """``window.On``: of each widget what is called when something happens to it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type("Handler", (), {})()
        setattr(self, name, made)
        return made

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


class Window(Widget):
    """A window."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__("Window", *given, **named)
        self.On = Handlers()

    def Find(self, name: str) -> Widget | None:
        return self.GetItems().get(name)

    def GetItems(self) -> dict[str, Widget]:
        return {each.__dict__["ID"]: each for each in self.every() if "ID" in each.__dict__}


class Manager:
    """``fusion.UIManager``: ``ui.Button({...})`` makes a widget, whatever it is called."""

    def __getattr__(self, name: str) -> Callable[..., Widget]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *given, **named: Widget(name, *given, **named)

    def FindWindow(self, name: str) -> None:
        """Find none: a window is closed when its loop ends."""


class Dispatcher:
    """``bmd.UIDispatcher(ui)``: its loop ends at once, as where the user closes every window."""

    def __init__(self, manager: Manager) -> None:
        self._windows: list[Window] = []

    def AddWindow(self, *given: Any, **named: Any) -> Window:
        window = Window(*given, **named)
        self._windows.append(window)
        return window

    def RunLoop(self) -> int:
        for window in self._windows:
            handler = getattr(getattr(window.On, str(getattr(window, "ID", ""))), "Close", None)
            if callable(handler):
                handler({"who": getattr(window, "ID", ""), "what": "Close"})
        self._windows.clear()
        return 0

    def ExitLoop(self, code: int = 0) -> None:
        """Do nothing: the loop has ended."""
