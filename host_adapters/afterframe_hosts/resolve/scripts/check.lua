-- Afterframe: Check. Written by its installer; `python3 install/bootstrap.py resolve --uninstall`
-- removes it. Lua runs in every Resolve, Python does not: that this entry is in the menu says that
-- the scripts are in the right folder.
local program = resolve or (bmd and bmd.scriptapp and bmd.scriptapp("Resolve"))
if not program then
  print("Afterframe: this is for Resolve's own menu, Workspace > Scripts.")
  return
end
local name, text = program:GetProductName() or "DaVinci Resolve", program:GetVersionString() or ""
local major, minor = text:match("^(%d+)%.(%d+)")
local version = (tonumber(major) or 0) * 100 + (tonumber(minor) or 0)
local studio = name:lower():find("studio", 1, true) ~= nil
print("Afterframe: " .. name .. " " .. text .. ". The scripts are in the right folder.")
if version < 1901 then
  print("Afterframe needs DaVinci Resolve 19.1 or later.")
elseif version >= 2101 and not studio then
  print("From 21.1 on the free edition runs no Python scripts; Afterframe's other entries need")
  print("Studio there. Without it: in Workspace > Console, Lua,")
  print('  dofile("@FILES@")("generate")')
  print("or by hand: File > Export > Timeline as .otio or .fcpxml, in a terminal")
  print("  afterframe generate cut.otio")
  print("and File > Import > Timeline with the new file that it names.")
else
  print("If no other entry of Afterframe is in this menu, Resolve has found no Python:")
  print("install Python 3.11 or later, 64 bit, from python.org, and start Resolve again.")
  print("If they are there, choose one of them: Afterframe says here what it does.")
end
