"""projects.py FOLDER: the projects of the database: made, left, exported, read, deleted."""

import os
import sys

from python_get_resolve import GetResolve

folder = sys.argv[1]
resolve = GetResolve()
manager = resolve.GetProjectManager()
manager.GotoRootFolder()
print(repr(manager.GetCurrentFolder()), manager.GotoParentFolder(), manager.GetCurrentDatabase())
before = manager.GetCurrentProject().GetName()
print(manager.SaveProject() if before != "Untitled Project" else "not saved")
print(manager.CreateFolder("Tests"), manager.OpenFolder("Tests"), manager.GetCurrentFolder())
project = manager.CreateProject("One")
print(project.GetName(), manager.CreateProject("One"), manager.GetProjectListInCurrentFolder())
print(project.SetSetting("timelineFrameRate", "29.97 DF"), project.GetSetting("timelineFrameRate"))
print(project.GetSetting("timelineDropFrameTimecode"))
print(project.SetSetting("no such setting", "1"), repr(project.GetSetting("no such setting")))
print(manager.SaveProject())
path = os.path.join(folder, "one.drp")
print(manager.ExportProject("One", path), os.path.isfile(path), manager.ImportProject(path, "Two"))
print(sorted(manager.GetProjectListInCurrentFolder()), manager.DeleteProject("One"))
print(manager.LoadProject("Two").GetName(), manager.DeleteProject("One"))
print(manager.GetCurrentProject().GetSetting("timelineFrameRate"), manager.LoadProject("nothing"))
print(manager.CloseProject(manager.GetCurrentProject()), manager.DeleteProject("Two"))
manager.GotoRootFolder()
print(manager.DeleteFolder("Tests"), manager.GetFolderListInCurrentFolder())
