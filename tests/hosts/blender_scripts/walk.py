"""Write down every value in .blend files: all collections, all properties, custom ones too.

Arguments: the .blend files, the answer's path. Answers with an object for each file: ``values``
(path to text), ``added`` (names of the strips that Afterframe has placed, which are left out of
the values with their animation; so is what the panel keeps on a scene) and ``renamed`` (paths of
the names of their channels).
"""

import hashlib
import json
import sys
import warnings
from array import array
from pathlib import Path

import bpy

JOB = "afterframe_job"
SETTINGS = "afterframe"
"""Of a scene: what its user has set in our panel."""
LONG = 64
"""Longer arrays are told by their hash."""
PATH = "\0"
"""Before both forms of a path that is relative to the project: as written, and where it leads.
One of them changes when a project is saved elsewhere."""
TRANSIENT = {"is_dirty", "is_saved", "filepath"}
"""Of the file itself, where the project lies and whether it was saved: not its contents."""
SKIPPED = {"rna_type", "bl_rna", "all_ids", "session_uid", "depsgraph"}
SKIPPED |= {"system_folders", "system_bookmarks", "bookmarks", "recent_folders"}
"""Types, the same blocks once more, and what exists only while a file is open on a machine."""
SKIPPED |= {"uv_sculpt", "cursor_location", "tab_search_results", "search_filter"}
"""Reading these ends Blender 4 when there is no window."""


class Walk:
    """All values of the file that is open."""

    def __init__(self):
        self.values = {}
        self.added = []
        self.seen = set()
        self.renamed = []
        self.animated = []
        self.channels = set()

    def file(self):
        for scene in bpy.data.scenes:
            self.note_additions(scene)
        for prop in bpy.data.bl_rna.properties:
            if prop.identifier in SKIPPED | TRANSIENT:
                continue
            value = getattr(bpy.data, prop.identifier)
            if prop.type == "COLLECTION":
                self.values[f"{prop.identifier}.length"] = str(len(value))
                for block in value:
                    self.seen = set()
                    self.struct(f"{prop.identifier}[{block.name_full!r}]", block)
        return self

    def note_additions(self, scene):
        editor = scene.sequence_editor
        if editor is None:
            return
        found = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all
        for strip in found:
            if JOB in strip:
                self.added.append(f"{scene.name}/{strip.name}")
                self.animated.append(strip.path_from_id())
                channel = (strip.parent_meta() or editor).channels[strip.channel]
                self.channels.add(channel.as_pointer())

    def struct(self, path, thing):
        """Note a struct's properties, each struct once within its data block."""
        key = (type(thing).__name__, thing.as_pointer())
        if key in self.seen:
            self.values[path] = "seen before"
            return
        self.seen.add(key)
        for prop in thing.bl_rna.properties:
            if prop.identifier not in SKIPPED:
                self.property(f"{path}.{prop.identifier}", thing, prop)
        if hasattr(thing, "keys"):
            self.custom(path, thing)

    def property(self, path, thing, prop):
        if prop.identifier == "name" and thing.as_pointer() in self.channels:
            self.renamed.append(path)
        try:
            value = getattr(thing, prop.identifier)
        except (AttributeError, RuntimeError, TypeError, ReferenceError) as error:
            self.values[path] = f"unreadable: {type(error).__name__}"
            return
        if prop.type == "POINTER":
            self.pointer(path, value)
        elif prop.type == "COLLECTION":
            self.collection(path, value)
        else:
            self.values[path] = self.plain(thing, prop, value)

    def pointer(self, path, value):
        if value is None:
            self.values[path] = "None"
        elif isinstance(value, bpy.types.ID) and not value.is_embedded_data:
            self.values[path] = f"-> {type(value).__name__} {value.name_full!r}"
        else:
            self.struct(path, value)

    def collection(self, path, value):
        count = 0
        for index, item in enumerate(value):
            if self.is_added(item):
                continue
            count += 1
            name = getattr(item, "name", "") if hasattr(item, "name") else ""
            if isinstance(item, bpy.types.ID) and not item.is_embedded_data:
                self.values[f"{path}[{index}]"] = f"-> {item.name_full!r}"
            elif self.is_strip(item):
                self.struct(f"{path}[{name!r}]", item)
            else:
                self.struct(f"{path}[{index}]", item)
        self.values[f"{path}.length"] = str(count)

    @staticmethod
    def is_strip(item):
        return hasattr(item, "channel") and hasattr(item, "blend_alpha")

    def is_added(self, item):
        if isinstance(item, bpy.types.FCurve):
            return item.data_path.startswith(tuple(self.animated)) if self.animated else False
        return self.is_strip(item) and JOB in item

    @staticmethod
    def plain(thing, prop, value):
        if getattr(prop, "is_array", False):
            flat = list(flatten(value))
            if len(flat) > LONG:
                kind = "d" if prop.type == "FLOAT" else "q"
                data = array(kind, flat).tobytes()
                return f"{len(flat)} values {hashlib.sha256(data).hexdigest()}"
            return repr(flat)
        if isinstance(value, str) and value.startswith("//"):
            return f"{PATH}{value}{PATH}{Path(bpy.path.abspath(value)).resolve()}"
        if prop.identifier == "strobe":
            value = max(value, 1.0)  # Blender 4 writes 1 for 0 when it shows the strip
        if isinstance(value, set):
            return repr(sorted(value))
        return repr(value)

    def custom(self, path, thing):
        try:
            keys = list(thing.keys())
        except TypeError:
            return
        for key in keys:
            if key == SETTINGS and isinstance(thing, bpy.types.Scene):
                continue
            value = thing[key]
            plain = value.to_dict() if hasattr(value, "to_dict") else value
            plain = plain.to_list() if hasattr(plain, "to_list") else plain
            self.values[f"{path}[{key!r}]"] = repr(plain)


def flatten(value):
    for item in value:
        if hasattr(item, "__iter__"):
            yield from flatten(item)
        else:
            yield item


def main():
    warnings.simplefilter("ignore", DeprecationWarning)
    files, answers = sys.argv[1:-1], Path(sys.argv[-1])
    answer = []
    for number, file in enumerate(files):
        bpy.ops.wm.open_mainfile(filepath=file)
        answer.append(walk_open_file())
        if number == 0:
            answer.append(walk_resaved(answers.with_suffix(".blend")))
    answers.write_text(json.dumps(answer))


def walk_resaved(copy):
    """Save the untouched file as a copy: what differs in it, Blender itself changes on saving."""
    bpy.ops.wm.save_as_mainfile(filepath=str(copy))
    bpy.ops.wm.open_mainfile(filepath=str(copy))
    found = walk_open_file()
    copy.unlink()
    return found


def walk_open_file():
    walk = Walk().file()
    return {"values": walk.values, "added": walk.added, "renamed": walk.renamed}


if __name__ == "__main__":
    main()
