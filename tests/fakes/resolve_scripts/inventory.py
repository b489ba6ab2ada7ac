"""inventory.py: bins, clips and what they say of themselves; the old method names as well."""


def show(folder, depth):
    print("  " * depth + folder.GetName() + "/")
    for clip in folder.GetClipList():
        properties = clip.GetClipProperty()
        said = [properties[key] for key in ("Type", "Resolution", "Frames", "Start TC", "End TC")]
        print("  " * depth + "  " + clip.GetName(), properties["FPS"], said)
    for inner in folder.GetSubFolderList():
        show(inner, depth + 1)


resolve = bmd.scriptapp("Resolve")
project = resolve.GetProjectManager().GetCurrentProject()
pool = project.GetMediaPool()
root = pool.GetRootFolder()
here = pool.GetCurrentFolder()
inner = pool.AddSubFolder(root, "Inventory")
print(pool.GetCurrentFolder().GetName())
first = next(each for each in root.GetClipList() if each.GetClipProperty("File Path"))
print(first.SetMetadata("Comments", "seen"), first.SetMetadata({"Keywords": "a,b"}))
print(first.GetMetadata("Comments"), sorted(first.GetMetadata().items()))
print(first.GetClipProperty("no such property"), pool.MoveClips([first], inner))
show(root, 0)
print(pool.MoveClips([first], root), pool.DeleteFolders([inner]), pool.SetCurrentFolder(here))
print([each.GetName() for each in root.GetClips().values()] != [], root.GetSubFolders())
