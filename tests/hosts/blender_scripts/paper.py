"""A layout that writes down what is drawn into it, and takes only what Blender's own would take."""

import bpy

ROWS = ("row", "column", "box", "split", "column_flow", "grid_flow", "menu_pie")
OPTIONS = {each.identifier for each in bpy.types.UILayout.bl_rna.properties}
FUNCTIONS = bpy.types.UILayout.bl_rna.functions
ICONS = set(FUNCTIONS["prop"].parameters["icon"].enum_items.keys())


class Paper:
    """Stands for a ``UILayout``; all that is drawn is in ``drawn``: kind and words."""

    def __init__(self, opened=True, drawn=None, wrong=None):
        set_ = object.__setattr__
        set_(self, "opened", opened)
        set_(self, "drawn", [] if drawn is None else drawn)
        set_(self, "wrong", [] if wrong is None else wrong)
        set_(self, "operator_context", "INVOKE_DEFAULT")

    @property
    def texts(self):
        return [text for _, text in self.drawn if text]

    def of(self, kind):
        return [text for each, text in self.drawn if each == kind]

    def __setattr__(self, name, value):
        if name not in OPTIONS:
            self.wrong.append(f"a layout has no {name}")
        object.__setattr__(self, name, value)

    def __getattr__(self, name):
        if name.startswith("__") or name not in FUNCTIONS:
            raise AttributeError(name)
        return lambda *given, **named: self._draw(name, *given, **named)

    def panel(self, idname, default_closed=False):
        self.drawn.append(("panel", idname))
        return self._part(), self._part() if self.opened else None

    def context_pointer_set(self, name, data):
        self.drawn.append(("pointer", name))

    def prop(self, data, name, **named):
        self._check("prop", named)
        if name not in data.bl_rna.properties:
            self.wrong.append(f"{data!r} has no {name}")
            return
        getattr(data, name)  # what it shows has to be readable
        text = named.get("text")
        label = data.bl_rna.properties[name].name if text is None else text
        self.drawn.append(("prop", f"{label}|{named.get('placeholder', '')}".rstrip("|") or name))

    def operator(self, name, **named):
        self._check("operator", named)
        module, _, function = name.partition(".")
        if function not in dir(getattr(bpy.ops, module)):
            self.wrong.append(f"there is no operator {name}")
            return type("Button", (), {})()
        rna = getattr(getattr(bpy.ops, module), function).get_rna_type()
        text = named.get("text")
        self.drawn.append(("operator", rna.name if text is None else text or name))
        return _Button(rna, self.wrong)

    def _draw(self, kind, *given, **named):
        self._check(kind, named)
        text = named.get("text", given[0] if kind == "label" and given else "")
        self.drawn.append((kind, text))
        return self._part() if kind in ROWS else None

    def _check(self, kind, named):
        known = FUNCTIONS[kind].parameters.keys()
        self.wrong.extend(f"{kind} takes no {name}" for name in named if name not in known)
        if named.get("icon", "NONE") not in ICONS:
            self.wrong.append(f"there is no icon {named['icon']}")
        if "text" in named and not isinstance(named["text"], str):
            self.wrong.append(f"{kind}: {named['text']!r} is no text")

    def _part(self):
        return Paper(self.opened, self.drawn, self.wrong)


class _Button:
    """What an operator's button is given; only what the operator has."""

    def __init__(self, rna, wrong):
        object.__setattr__(self, "_rna", rna)
        object.__setattr__(self, "_wrong", wrong)

    def __setattr__(self, name, value):
        if name not in self._rna.properties:
            self._wrong.append(f"{self._rna.identifier} has no {name}")
