-- Afterframe by way of a file, for a Resolve that runs Lua and no Python: free, 21.1 and later.
-- In Workspace > Console, Lua:   dofile("<this file>")("generate")
-- or with options:               dofile("<this file>")("extend", "--seconds 3")
-- The open timeline is exported, the result laid on a copy of it, and that imported beside it.
local COMMAND, FOLDER = "@COMMAND@", "@FOLDER@"

local function expanded(path)
  return (path:gsub("^~", os.getenv("HOME") or "~"):gsub("%%(%w+)%%", os.getenv))
end

local function quoted(text)
  if package.config:sub(1, 1) == "\\" then
    return '"' .. text .. '"'
  end
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function run(command)
  if package.config:sub(1, 1) == "\\" then
    command = '"' .. command .. '"' -- cmd takes one pair off
  end
  local pipe, last = io.popen(command .. " 2>&1"), ""
  for line in pipe:lines() do
    print(line)
    last = line:match("^(.-)%s*$")
  end
  pipe:close()
  return last
end

return function(effect, options)
  local program = resolve or bmd.scriptapp("Resolve")
  local project = program:GetProjectManager():GetCurrentProject()
  local timeline = project and project:GetCurrentTimeline()
  if not timeline then
    return print("Afterframe: open a project and a timeline first.")
  end
  local file = expanded(FOLDER) .. "/afterframe_" .. os.date("%Y%m%d_%H%M%S") .. ".otio"
  if not timeline:Export(file, program.EXPORT_OTIO, program.EXPORT_NONE) then
    return print("Afterframe: Resolve did not export its timeline to " .. file)
  end
  print("Afterframe: " .. effect .. ", from " .. file .. ". Resolve waits meanwhile.")
  local at = timeline:GetCurrentTimecode()
  local words = { quoted(expanded(COMMAND)), effect, quoted(file), "--otio-for resolve" }
  words[#words + 1] = at and "--at " .. quoted(at) or nil
  words[#words + 1] = options
  local made = run(table.concat(words, " "))
  if not made:match("%.otio$") then
    return print("Afterframe: this came to nothing, see above.")
  end
  if project:GetMediaPool():ImportTimelineFromFile(made) then
    print("Afterframe: done, as a new timeline. Yours is as it was.")
  else
    print("Afterframe: made. Import it with File > Import > Timeline: " .. made)
  end
end
