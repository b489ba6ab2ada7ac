"""English, the complete catalogue."""

MESSAGES: dict[str, str] = {
    # effects
    "effect.generate.label": "Generate Clip from Frame",
    "effect.generate.channel": "Generate",
    "effect.generate.help": "Make a moving clip from the frame under the playhead",
    "effect.extend.label": "Extend Clip",
    "effect.extend.channel": "Extend",
    "effect.extend.help": "Go on from the clip's end, or lead into its start",
    "effect.bridge.label": "Bridge Gap",
    "effect.bridge.channel": "Bridge",
    "effect.bridge.help": "Fill the gap between two clips",
    "effect.restyle.label": "Style Transfer",
    "effect.restyle.channel": "Style",
    "effect.restyle.help": "Paint the clip in another style, steady over time",
    "effect.retime.label": "Change Speed",
    "effect.retime.channel": "Speed",
    "effect.retime.help": "Change the clip's speed with frames made in between",
    # parameters
    "parameter.generate.prompt.label": "Prompt",
    "parameter.generate.prompt.help": "What should happen, in words: slow zoom in, pan left ...",
    "parameter.generate.motion.label": "Motion",
    "parameter.generate.motion.help": "How far the picture moves, 1 (hardly) to 10 (far)",
    "parameter.generate.pan_x.label": "Pan X",
    "parameter.generate.pan_x.help": "Camera to the left (-1) or to the right (1)",
    "parameter.generate.pan_y.label": "Pan Y",
    "parameter.generate.pan_y.help": "Camera down (-1) or up (1)",
    "parameter.generate.zoom.label": "Zoom",
    "parameter.generate.zoom.help": "Longer lens (1) or wider lens (-1)",
    "parameter.generate.roll.label": "Roll",
    "parameter.generate.roll.help": "Camera turns clockwise (1) or anticlockwise (-1)",
    "parameter.generate.dolly.label": "Dolly",
    "parameter.generate.dolly.help": "Camera travels forward (1) or back (-1), with parallax",
    "parameter.generate.seconds.label": "Duration",
    "parameter.generate.seconds.help": "Length of the clip in seconds",
    "parameter.generate.frames.label": "Frames",
    "parameter.generate.frames.help": "Length of the clip in frames; wins over the duration",
    "parameter.generate.seed.label": "Seed",
    "parameter.generate.seed.help": "The same seed makes the same clip; empty chooses one",
    "parameter.generate.end.label": "End Frame",
    "parameter.generate.end.help": "The picture on which the clip ends",
    "parameter.generate.loop.label": "Loop",
    "parameter.generate.loop.help": "The clip ends as it begins",
    "parameter.generate.match_colour.label": "Match Colour",
    "parameter.generate.match_colour.help": "Give made frames the colour of the shot beside them",
    "parameter.generate.match_grain.label": "Match Grain",
    "parameter.generate.match_grain.help": "Give made frames the grain of the shot beside them",
    "parameter.generate.handles.label": "Handles",
    "parameter.generate.handles.help": "Frames more at each end, outside what stands on the "
    "timeline",
    "parameter.extend.side.label": "Side",
    "parameter.extend.side.help": "Where new frames go: after the end, or before the start",
    "parameter.extend.prompt.label": "Prompt",
    "parameter.extend.prompt.help": "What should happen, in words",
    "parameter.extend.seconds.label": "Duration",
    "parameter.extend.seconds.help": "Length of the new part in seconds",
    "parameter.extend.frames.label": "Frames",
    "parameter.extend.frames.help": "Length of the new part in frames; wins over the duration",
    "parameter.extend.seed.label": "Seed",
    "parameter.extend.seed.help": "The same seed makes the same clip; empty chooses one",
    "parameter.extend.real_first.label": "Real Frames First",
    "parameter.extend.real_first.help": "Show the source's own frames beyond the cut before made "
    "ones",
    "parameter.extend.overlap.label": "Overlap",
    "parameter.extend.overlap.help": "Frames of the shot over which made frames fade in",
    "parameter.extend.match_colour.label": "Match Colour",
    "parameter.extend.match_colour.help": "Give made frames the colour of the shot beside them",
    "parameter.extend.match_grain.label": "Match Grain",
    "parameter.extend.match_grain.help": "Give made frames the grain of the shot beside them",
    "parameter.extend.handles.label": "Handles",
    "parameter.extend.handles.help": "Frames more at each end, outside what stands on the timeline",
    "parameter.bridge.prompt.label": "Prompt",
    "parameter.bridge.prompt.help": "What should happen, in words",
    "parameter.bridge.seed.label": "Seed",
    "parameter.bridge.seed.help": "The same seed makes the same clip; empty chooses one",
    "parameter.bridge.frames.label": "Frames",
    "parameter.bridge.frames.help": "Length of the bridge in frames; empty: the gap's",
    "parameter.bridge.overlap.label": "Overlap",
    "parameter.bridge.overlap.help": "Frames of the shot over which made frames fade in",
    "parameter.bridge.match_colour.label": "Match Colour",
    "parameter.bridge.match_colour.help": "Give made frames the colour of the shot beside them",
    "parameter.bridge.match_grain.label": "Match Grain",
    "parameter.bridge.match_grain.help": "Give made frames the grain of the shot beside them",
    "parameter.bridge.handles.label": "Handles",
    "parameter.bridge.handles.help": "Frames more at each end, outside what stands on the timeline",
    "parameter.bridge.force.label": "Force",
    "parameter.bridge.force.help": "Bridge shots that are too unlike, too",
    "parameter.restyle.prompt.label": "Prompt",
    "parameter.restyle.prompt.help": "The style, in words",
    "parameter.restyle.reference.label": "Reference",
    "parameter.restyle.reference.help": "Pictures whose style is taken: a.jpg*0.7; b.jpg*0.3",
    "parameter.restyle.strength.label": "Strength",
    "parameter.restyle.strength.help": "How much of the style, 0 (none) to 1 (all)",
    "parameter.restyle.seed.label": "Seed",
    "parameter.restyle.seed.help": "The same seed makes the same clip; empty chooses one",
    "parameter.restyle.preset.label": "Preset",
    "parameter.restyle.preset.help": "A style without a picture; auto: the reference's, or oil",
    "parameter.restyle.keep.label": "Keep",
    "parameter.restyle.keep.help": "A mask, white where the style is held back: faces, titles",
    "parameter.style.colour.label": "Colour",
    "parameter.style.colour.help": "How much of the reference's colours, 0 (the clip's own) to 1",
    "parameter.style.brush.label": "Brush",
    "parameter.style.brush.help": "Size of strokes and shapes, 1: as in the reference",
    "parameter.restyle.handles.label": "Handles",
    "parameter.restyle.handles.help": "Frames more at each end, outside what stands on the "
    "timeline",
    "parameter.retime.speed.label": "Speed",
    "parameter.retime.speed.help": "Speed of the result: 0.5 is half as fast, twice as long",
    "parameter.retime.interpolation.label": "Interpolation",
    "parameter.retime.interpolation.help": "How the frames in between are made",
    "parameter.retime.flow_size.label": "Flow Size",
    "parameter.retime.flow_size.help": "Resolution at which motion is measured",
    "parameter.retime.motion_blur.label": "Motion Blur",
    "parameter.retime.motion_blur.help": "When speeding up: how long the shutter is open (0 to 1)",
    "parameter.retime.handles.label": "Handles",
    "parameter.retime.handles.help": "Frames more at each end, outside what stands on the timeline",
    "parameter.extend.way.label": "Way",
    "parameter.extend.way.help": "Live: past moments go on; coast: the last frame comes to rest; "
    "auto: live where a moment fits",
    "parameter.motion.sky.label": "Sky",
    "parameter.motion.sky.help": "Where clouds drift; auto: where it is surely sky with clouds",
    "parameter.motion.regions.label": "Regions",
    "parameter.motion.regions.help": "Motion brush: river.png@right; smoke.png@0.2,0.9; "
    "leaves.png@sway",
    "parameter.motion.depth.label": "Depth",
    "parameter.motion.depth.help": "guessed: near parts move more; flat: the picture is one plane",
    "parameter.motion.depth_hint.label": "Depth Hint",
    "parameter.motion.depth_hint.help": "A mask: white is near, black far, mid grey as guessed",
    # choices of parameters
    "choice.extend.side.tail.label": "After the End",
    "choice.extend.side.tail.help": "Go on from the clip's last frame",
    "choice.extend.side.head.label": "Before the Start",
    "choice.extend.side.head.help": "Lead into the clip's first frame",
    "choice.extend.way.auto.label": "Automatic",
    "choice.extend.way.coast.label": "Coast to Rest",
    "choice.extend.way.live.label": "Go On Living",
    "choice.restyle.preset.auto.label": "From the Pictures",
    "choice.restyle.preset.auto.help": (
        "The style of the reference pictures; oil where there is none"
    ),
    "choice.restyle.preset.oil.label": "Oil",
    "choice.restyle.preset.watercolour.label": "Watercolour",
    "choice.restyle.preset.ink.label": "Ink",
    "choice.restyle.preset.pencil.label": "Pencil",
    "choice.restyle.preset.gouache.label": "Gouache",
    "choice.restyle.preset.cartoon.label": "Cartoon",
    "choice.retime.interpolation.flow.label": "Follow Motion",
    "choice.retime.interpolation.flow.help": "Frames in between are made from the motion",
    "choice.retime.interpolation.blend.label": "Blend",
    "choice.retime.interpolation.blend.help": "Frames in between are mixed from their neighbours",
    "choice.retime.interpolation.nearest.label": "Nearest",
    "choice.retime.interpolation.nearest.help": "The nearest frame is repeated",
    "choice.retime.flow_size.full.label": "Full",
    "choice.retime.flow_size.half.label": "Half",
    "choice.retime.flow_size.quarter.label": "Quarter",
    "choice.motion.sky.auto.label": "Automatic",
    "choice.motion.sky.left.label": "Left",
    "choice.motion.sky.right.label": "Right",
    "choice.motion.sky.up.label": "Up",
    "choice.motion.sky.down.label": "Down",
    "choice.motion.sky.off.label": "Off",
    "choice.motion.depth.guessed.label": "Guessed",
    "choice.motion.depth.flat.label": "Flat",
    # installing the engine from a host
    "ui.setup.missing": "No engine yet: {download} MB to fetch, {disk} MB on disk",
    "ui.setup.broken": "The engine does not start any more",
    "ui.setup.other": "Engine {version}, add-on {wanted}: they must be equal",
    "ui.setup.ready": "Engine {version} is ready",
    "ui.setup.own": "A developer's engine is used",
    "ui.setup.where": "It is in {folder}",
    "ui.setup.sandbox": "Blender runs in a sandbox: this engine serves this Blender only",
    "ui.setup.no_tools": "This copy came without the set-up",
    "ui.setup.busy": "The set-up is at work",
    "ui.setup.idle": "Nothing is being set up",
    "ui.setup.testing": "Asking the engine ...",
    "ui.setup.connected": "Connected to engine {version}, process {pid}; it can: {engines}",
    "ui.setup.install.label": "Install Engine",
    "ui.setup.install.help": (
        "Install the engine that makes the frames, for you alone, outside Blender"
    ),
    "ui.setup.update.label": "Install Engine {version}",
    "ui.setup.repair.label": "Repair Engine",
    "ui.setup.repair.help": "Check every file of the engine, and mend what broke",
    "ui.setup.uninstall.label": "Remove Engine",
    "ui.setup.uninstall.help": "Remove the engine; your results and projects stay",
    "ui.setup.cancel.label": "Cancel",
    "ui.setup.cancel.help": "Stop the set-up; the engine in use stays as it was",
    "ui.setup.test.label": "Test Connection",
    "ui.setup.test.help": "Start the engine's service if it does not run, and ask what it can do",
    "ui.setup.online.label": "Open Preferences",
    "ui.setup.online.help": "Show where Blender is allowed to go online",
    "ui.setup.dismiss.label": "Dismiss",
    "ui.setup.dismiss.help": "Take this message away",
    "ui.setup.folder.label": "Open Folder",
    "ui.setup.folder.help": "Show this folder in the file browser of your system",
    "ui.setup.log.label": "Open Log",
    "ui.setup.results.label": "Open Results",
    "ui.setup.preparing": "Preparing",
    "ui.setup.downloading": "Downloading",
    "ui.setup.unpacking": "Unpacking",
    "ui.setup.proving": "Starting it for the first time",
    "ui.setup.cancelling": "Tidying up",
    "ui.setup.done.install": "The engine is installed",
    "ui.setup.done.repair": "The engine is whole",
    "ui.setup.done.uninstall": "The engine is removed",
    "ui.setup.cancelled": "Cancelled; nothing was changed",
    "ui.preferences.place.label": "Results Go",
    "ui.preferences.place.help": "Where results are written",
    "ui.preferences.beside.label": "Beside the Project",
    "ui.preferences.beside.help": (
        "Into a folder Afterframe beside the project; into your video folder while it has no file"
    ),
    "ui.preferences.folder.label": "Into One Folder",
    "ui.preferences.folder.help": "Into this folder, whatever the project",
    "ui.preferences.path.label": "Folder",
    "ui.preferences.path.help": "The folder for the results of all projects",
    "ui.preferences.path.missing": "This folder does not exist; it is made with the first result",
    "ui.preferences.path.unusable": "This is no whole path: results go beside the project",
    "ui.preferences.format.label": "Format",
    "ui.preferences.format.help": "What results are written as, where a job does not say otherwise",
    "ui.preferences.mark.label": "Mark Results as Made",
    "ui.preferences.mark.help": (
        "Say in the file of a result that its pictures were made, as the IPTC asks"
    ),
    # the panel in Blender
    "ui.settings.effect.label": "Effect",
    "ui.settings.effect.help": "What is made of the clip",
    "ui.settings.set.help": "Set this value; otherwise it is found when the clip is made",
    "ui.settings.frames.help": "Length in frames of the timeline; the seconds follow",
    "ui.settings.engine.label": "Engine",
    "ui.settings.engine.help": "What makes the frames",
    "ui.settings.own_track.label": "On the Clip's Channel",
    "ui.settings.own_track.help": "Put it flush to the clip's end on the clip's own channel, while "
    "that is free; else on the first free channel above",
    "ui.settings.seen.label": "As Seen",
    "ui.settings.seen.help": (
        "Start from the picture as the timeline shows it, with its grade and transform; "
        "else from the picture as it was shot, and the result gets the same grade"
    ),
    "ui.settings.format.label": "Format",
    "ui.settings.format.help": "What the result is written as",
    "ui.settings.seed_locked.label": "Keep Seed",
    "ui.settings.seed_locked.help": "Keep this seed; when open, every render has a new one",
    "ui.reference.path.label": "Picture",
    "ui.reference.path.help": "A picture whose style is taken",
    "ui.reference.weight.label": "Weight",
    "ui.reference.weight.help": "How much this picture counts beside the others",
    "ui.region.mask.label": "Mask",
    "ui.region.mask.help": "A picture, white where it moves",
    "ui.region.x.label": "Right",
    "ui.region.x.help": "Motion to the left (-1) or to the right (1)",
    "ui.region.y.label": "Up",
    "ui.region.y.help": "Motion down (-1) or up (1)",
    "ui.region.kind.label": "Kind",
    "ui.region.kind.help": "How it moves",
    "ui.region.flow.label": "Flow",
    "ui.region.flow.help": "Goes on and on, as water, smoke and clouds do",
    "ui.region.sway.label": "Sway",
    "ui.region.sway.help": "To and fro, as leaves and grass do",
    "ui.engine.auto": "Best That Is Ready",
    "ui.engine.auto.help": "The best engine that is ready for this effect",
    "ui.engine.ready": "{engine}",
    "ui.engine.not_ready": "{engine} (not ready)",
    "ui.engine.unknown": "{engine} (not known here)",
    # formats of delivery
    "format.auto": "As the Source Needs",
    "format.dnxhr_hq": "DNxHR HQ (8 bits)",
    "format.dnxhr_hqx": "DNxHR HQX (10 bits)",
    "format.dnxhr_444": "DNxHR 444 (10 bits)",
    "format.prores_422_hq": "ProRes 422 HQ (10 bits)",
    "format.prores_4444": "ProRes 4444 (10 bits, alpha)",
    "format.h264": "H.264 (8 bits, small)",
    "format.hevc_10": "HEVC (10 bits, small, HDR)",
    "format.ffv1": "FFV1 (lossless)",
    "format.png": "PNG sequence",
    "format.exr": "OpenEXR sequence (linear)",
    "ui.dice.none": "This effect draws no lots: it has no seed.",
    "ui.copy_settings.none": "Select a strip that Afterframe has made.",
    "ui.pictures.full": "There are {most} pictures already; remove one first.",
    # presets
    "look.generate.push_in": "Slow push-in",
    "look.generate.pull_out": "Slow pull-out",
    "look.generate.pan_left": "Pan left gently",
    "look.generate.pan_right": "Pan right gently",
    "look.generate.parallax": "Parallax dolly",
    "look.generate.crane": "Crane up",
    "look.generate.handheld": "Handheld",
    "look.generate.living_sky": "Living sky",
    "look.extend.live": "Go on living",
    "look.extend.coast": "Coast to rest",
    "look.restyle.oil": "Oil",
    "look.restyle.oil_light": "Oil, light hand",
    "look.restyle.watercolour": "Watercolour",
    "look.restyle.ink": "Ink",
    "look.restyle.pencil": "Pencil",
    "look.restyle.gouache": "Gouache",
    "look.restyle.cartoon": "Cartoon",
    "look.retime.half": "Half speed",
    "look.retime.quarter": "Quarter speed",
    "look.retime.double": "Double speed, film shutter",
    "ui.presets": "Presets",
    "ui.presets.styles": "Styles",
    "ui.presets.save": "Save Preset",
    "ui.presets.save.help": "Save what is set as a preset, or remove one",
    # the tab in Blender's sidebar
    "ui.panel.camera": "Camera",
    "ui.panel.joining": "Joining",
    "ui.panel.engine": "Engine",
    "ui.panel.delivery": "Delivery",
    "ui.panel.frames": "f",
    "ui.panel.seed_open": "New Each Time",
    "ui.panel.picture": "Picture",
    "ui.panel.as_shot": "As Shot",
    "ui.panel.draft": "Draft",
    "ui.panel.render": "Render",
    "ui.panel.batch": "All {count} Selected ...",
    "ui.panel.offered": "{title} waits to be placed",
    "ui.panel.offered_more": "More in the queue below: {count}",
    "ui.engine.none_known": (
        "The engines are known once the service runs: your first render starts it."
    ),
    "ui.engine.unfit": "The chosen engine does not make this effect: the best one is taken.",
    "ui.engine.is_ready": "{engine}: ready",
    "ui.engine.is_not_ready": "{engine}: not ready. {reason}",
    "ui.engine.licence": "Licence: {licence}",
    "ui.focus.frame": "{name} at frame {frame}",
    "ui.focus.clip": "{name}, {frames} frames",
    "ui.focus.gap": "Gap between {before} and {after}, {frames} frames",
    "ui.focus.cut": "Cut between {before} and {after}",
    "ui.focus.no_gap": "No channel has two clips that follow each other.",
    "ui.open.bridge.frames": "As long as the gap",
    "ui.open.number": "By itself",
    "ui.panel.add_reference": "Add Reference Picture",
    "ui.panel.add_region": "Add Region",
    "ui.panel.folder": "Results",
    "ui.panel.unsaved": "This project is not saved yet: results go to this folder until it is.",
    "ui.engine.none_fits": "No engine here makes this effect.",
    "ui.focus.no_gap.advice": "Put two clips on one channel, one after the other.",
    # labels and tips of Blender's menus and buttons
    "ui.label.afterframe": "Afterframe",
    "ui.label.open_panel": "Open Panel",
    "ui.label.open_panel.help": "Show the Afterframe tab in the sequencer's sidebar",
    "ui.label.dice": "New Seed",
    "ui.label.dice.help": "Choose a new seed",
    "ui.label.add_reference.help": "Add a picture whose style is taken",
    "ui.label.remove_reference": "Remove Reference Picture",
    "ui.label.remove_reference.help": "Remove this picture",
    "ui.label.add_region.help": "Add a painted mask, and which way the matter in it moves",
    "ui.label.remove_region": "Remove Region",
    "ui.label.remove_region.help": "Remove this region",
    "ui.label.copy_settings": "Use These Settings",
    "ui.label.copy_settings.help": (
        "Ask for the next clip with the settings that this strip was made with"
    ),
    "ui.label.take_look": "Use Preset",
    "ui.label.take_look.help": "Use this preset",
    "ui.label.fix": "Fix",
    "ui.label.place_result": "Place Result",
    "ui.label.render": "Render Effect",
    "ui.label.render.help": "Make what the panel says of what is selected",
    "ui.label.open_result.help": "Open the folder that a result is in",
    # takes of a strip
    "ui.take.of": "Take {index} of {count}",
    "ui.take.unknown": "{count} takes, none of them shown",
    "ui.take.made_by": "{quality} by {engine}",
    "ui.take.seed": "seed {seed}",
    "ui.take.draft": "Draft",
    "ui.take.final": "Final",
    "ui.take.out_of_date": "Out of date",
    "ui.take.edited": "Changed since: {names}",
    "ui.take.missing": "The file of this take is gone: {name}",
    "ui.take.from_frame": "From {strip}, frame {frame}",
    "ui.take.from_clip": "From {strip}",
    "ui.take.from_gap": "Between {before} and {after}",
    "ui.take.render": "Render New Take",
    "ui.take.update": "Update",
    "ui.take.compare": "Compare",
    "ui.take.compare_end": "End Comparison",
    "ui.take.compared": "On the right: {take}",
    "ui.take.follow": "Follow ({by} frames)",
    "ui.take.stay": "Stay Here",
    "ui.take.follow.help": "Move this strip as its source was moved",
    "ui.take.stay.help": "Leave this strip where it is, and say no more of it",
    "ui.take.next": "Next Take",
    "ui.take.previous": "Previous Take",
    "ui.take.next.help": "Show the next take; those whose files are gone are skipped",
    "ui.take.previous.help": "Show the take before; those whose files are gone are skipped",
    "ui.take.none": "Select a strip that Afterframe has made.",
    "ui.take.only": "This strip has one take only.",
    "ui.take.skipped": "Skipped, since their files are gone: {names}",
    "ui.take.same": "This take is there already: it is shown.",
    "ui.take.independent": "This strip has its own takes from now on.",
    "ui.take.engine": "Engine",
    "ui.take.seen": "Picture",
    "ui.take.size": "{frames} frames, {width} x {height}",
    "ui.take.from_nothing": "Its source is not known.",
    "ui.source.moved": "{strip} was moved by {by} frames.",
    "ui.source.trimmed": "{strip} was trimmed.",
    "ui.source.swapped": "{strip} shows another medium.",
    "ui.source.gone": "{strip} is no longer on the timeline.",
    "ui.source.retimed": "The speed or direction of {strip} was changed.",
    "ui.source.edited": "The file of {strip} was changed on disk.",
    "ui.source.missing": "The file of {strip} is not there.",
    "ui.source.gap": "{strip} stands otherwise to the clip before it.",
    "ui.label.strip": "This Strip",
    "ui.label.strip_settings": "Settings",
    "ui.label.strip_details": "Details",
    "ui.label.takes": "Takes",
    "ui.label.step": "Step",
    "ui.label.render_take": "Render New Take",
    "ui.label.render_take.help": (
        "Make a new take of this strip with its settings; it goes behind the same strip"
    ),
    "ui.label.update_take": "Update Take",
    "ui.label.update_take.help": (
        "Bring this strip up to date: a new take of the same quality, with its settings as they are"
    ),
    "ui.label.show_take": "Show Take",
    "ui.label.show_take.help": (
        "Show this take in the strip; where it stands, its trims and its look stay"
    ),
    "ui.label.step_take": "Step Through Takes",
    "ui.label.step_take.help": (
        "Show the next take in the strip, or the one before; those whose file is gone are skipped"
    ),
    "ui.label.compare_takes": "Compare Takes",
    "ui.label.compare_takes.help": (
        "Show another take over the right half of the picture; press again to end it"
    ),
    "ui.label.compare_at": "Line",
    "ui.label.compare_at.help": "Where the one take ends and the other begins",
    "ui.label.follow_source": "Follow Source",
    "ui.label.make_independent": "Make Independent",
    "ui.label.make_independent.help": (
        "Cut this strip off from its copies: results that are made for them no longer reach it"
    ),
    "ui.label.reset_take": "Settings of This Take",
    "ui.label.reset_take.help": "Set the parameters to those that the take was made with",
    "ui.label.reveal_take.help": "Open the folder that the take and its recipe are in",
    # a batch
    "ui.label.batch": "Batch ...",
    "ui.label.batch.help": "Make an effect of many strips, from markers or from a list",
    "ui.label.batch_panel": "Batch",
    "ui.label.batch_stop": "Stop Batch",
    "ui.label.batch_stop.help": "Cancel what is not done; results that are placed stay",
    "ui.label.batch_dismiss": "Dismiss",
    "ui.label.batch_dismiss.help": "Take this summary away",
    "ui.label.batch_table": "Save Table",
    "ui.label.batch_table.help": "Write the summary to a file that spreadsheet programs open",
    "ui.label.batch.effect": "Effect",
    "ui.label.batch.which": "Strips",
    "ui.label.batch.channel": "Channel",
    "ui.label.batch.color": "Color Tag",
    "ui.label.batch.pattern": "Name",
    "ui.label.batch.pattern.help": "A pattern: * is any text, ? one character",
    "ui.label.batch.list": "Shot List",
    "ui.label.batch.list.help": (
        "CSV or JSON with the columns strip, at, effect and any parameters"
    ),
    "ui.label.batch.markers": "At Markers",
    "ui.label.batch.markers.help": (
        "A shot begins at each marker over one of these strips; a marker's name"
        " may hold settings: walk motion=8"
    ),
    "ui.label.batch.named": "Settings in Names",
    "ui.label.batch.named.help": "The strips' names hold settings: walk motion=8",
    "ui.label.batch.quality": "Quality",
    "ui.batch.nothing": "There is nothing on this timeline.",
    "ui.batch.at_work": "A batch is at work; see the panel.",
    "ui.batch.begin": "Begin",
    "ui.batch.begun": "Batch: {count} jobs",
    "ui.batch.jobs": "{count} jobs: {kinds}",
    "ui.batch.shot": "{name}, from frame {frame}",
    "ui.batch.gap": "{name} to {after}",
    "ui.batch.more": "and {count} more",
    "ui.batch.done": "{done} of {total}",
    "ui.batch.over": "Batch is over: {placed} placed.",
    "ui.batch.over_failed": "Batch is over: {placed} placed, {failed} failed.",
    "ui.batch.state.placed": "placed",
    "ui.batch.state.was_there": "was there already",
    "ui.batch.state.failed": "failed",
    "ui.batch.stop": "Stop",
    "ui.batch.save_table": "Save Table ...",
    "ui.batch.table_saved": "Saved as {path}",
    "ui.batch.which.selected.label": "Selected",
    "ui.batch.which.all.label": "All",
    "ui.batch.which.channel.label": "Of a Channel",
    "ui.batch.which.color.label": "Of a Color",
    "ui.batch.which.name.label": "By Name",
    "ui.batch.which.list.label": "From a List",
    "ui.batch.color.red.label": "Red",
    "ui.batch.color.orange.label": "Orange",
    "ui.batch.color.yellow.label": "Yellow",
    "ui.batch.color.green.label": "Green",
    "ui.batch.color.blue.label": "Blue",
    "ui.batch.color.purple.label": "Purple",
    "ui.batch.color.pink.label": "Pink",
    "ui.batch.color.brown.label": "Brown",
    "ui.batch.color.gray.label": "Gray",
    "ui.panel.no_picture": "{name} is no picture, or is not there.",
    # errors that a host can meet
    "error.internal.message": "Something went wrong inside Afterframe: {detail}",
    "error.internal.fix": "Try again; if it happens again, send the log (afterframe logs).",
    "error.bad_message.message": "A message does not fit the contract: {field}: {problem}",
    "error.bad_message.fix": "Correct this field; host and engine may also be of two versions.",
    "error.bad_value.message": "{field} cannot be {value}.",
    "error.bad_value.fix": "Permitted: {allowed}.",
    "error.unknown_effect.message": "There is no effect called {effect}.",
    "error.unknown_effect.fix": "Choose one of: {known}.",
    "error.nothing_selected.message": "No clip is selected.",
    "error.nothing_selected.fix": "Select a movie, image or sequence on the timeline.",
    "error.unsupported_item.message": "{item} is a {kind}: it has no picture to start from.",
    "error.unsupported_item.fix": "Select a movie, an image or an image sequence.",
    "error.playhead_outside.message": "Frame {frame} is outside {clip} ({first} to {last}).",
    "error.playhead_outside.fix": "Move the playhead onto the clip.",
    "error.source_gone.message": "{source}, the source of {item}, is no longer on the timeline.",
    "error.source_gone.fix": "Undo its removal, or generate anew from another clip.",
    "error.frame_trimmed.message": "{clip} no longer shows frame {frame}, of which this was made.",
    "error.frame_trimmed.fix": "Trim it back over that frame, or generate anew from another one.",
    "error.scene_linked.message": "{scene} is linked from another file and cannot be edited here.",
    "error.scene_linked.fix": "Open that file, or make the scene local.",
    "error.no_free_channel.message": "No channel above the clip is free from {first} to {last}.",
    "error.no_free_channel.fix": "Clear or unlock a channel above the clip, then place it again.",
    "error.item_gone.message": "{item} is no longer on the timeline.",
    "error.item_gone.fix": "Undo its removal, or add the result's file to the timeline by hand.",
    "error.capture_failed.message": "The editor gave no picture of {item}: {detail}",
    "error.capture_failed.fix": "See whether the clip plays in the editor, then try again.",
    "error.before_timeline.message": "{frames} frames before {clip} would begin before the "
    "timeline does, which has room for {room}.",
    "error.before_timeline.fix": "Move the clip later, or ask for no more frames than fit.",
    "error.place_failed.message": "The timeline did not take {path}: {detail}",
    "error.place_failed.fix": "The result is safe on disk; add it to the timeline by hand.",
    "error.rate_changed.message": "The result has {made} frames a second; the timeline now has "
    "{now}.",
    "error.rate_changed.fix": "Set the timeline back to {made} and place it again, or ask for it "
    "anew.",
    "error.save_failed.message": "The project could not be saved as {path}: {detail}",
    "error.save_failed.fix": "Make room or save it elsewhere; the results are safe on disk.",
    "error.document_unsaved.message": "The project has not been saved yet.",
    "error.document_unsaved.fix": "Save it to a file, then try again.",
    "error.host_unable.message": "{host} cannot do this: {action}.",
    "error.host_unable.fix": "Do it in the editor itself.",
    "error.host_unreachable.message": "{host} cannot be reached: {detail}",
    "error.host_unreachable.fix": "Start it with a project open. What it permits, and what "
    "helps, is told by: afterframe doctor.",
    "error.host_stuck.message": "{host} has not answered for {seconds} s ({call}).",
    "error.host_stuck.fix": "A dialog may be open in it: close that, then try again.",
    "error.host_edition.message": "This edition or version of {host} does not do this: {lacks}.",
    "error.host_edition.fix": "afterframe doctor tells what it does, and which other way there is.",
    "error.host_format.message": "{host} does not read {format} on {system}.",
    "error.host_format.fix": "Leave the format to Afterframe, or ask for dnxhr_hq or "
    "prores_422_hq.",
    "error.host_unrestored.message": "{detail} {host} did not take back: {left}.",
    "error.host_unrestored.fix": "Undo that in the editor, or ask for the same once more: "
    "what is left of it is then used or removed.",
    "error.other_project.message": "Another project is open than the one that {path} was made for.",
    "error.other_project.fix": "Open its project, then run: afterframe place --host {host}",
    "error.service_unreachable.message": "The Afterframe service does not answer: {detail}",
    "error.service_unreachable.fix": (
        "Start it with: afterframe serve. Its log says more. An installed engine that does not"
        " start is mended with: python3 install/bootstrap.py engine --repair"
    ),
    "error.service_missing.message": "No Afterframe engine is installed (looked at {looked}).",
    "error.service_missing.fix": (
        "Run: python3 install/bootstrap.py engine (with --repair for one that was installed)"
    ),
    "error.service_refused.message": "The Afterframe service does not accept this program.",
    "error.service_refused.fix": (
        "Try again; if it stays so, delete endpoint.json (afterframe doctor says where the state"
        " is)."
    ),
    "error.service_version.message": (
        "The running service is version {running}, this program is {wanted}."
    ),
    "error.service_version.fix": (
        "Use the newer program, or after its {jobs} jobs: afterframe serve --replace."
    ),
    "error.endpoint_foreign.message": (
        "{path} belongs to another user, is a link, or others can read it."
    ),
    "error.endpoint_foreign.fix": "Remove it, then try again.",
    "error.setup_failed.message": "The engine's set-up did not succeed: {detail}",
    "error.setup_failed.fix": "Mend that and try again; the whole story is in {log}.",
    "error.setup_impossible.message": "The engine's set-up cannot be started: {detail}",
    "error.setup_impossible.fix": (
        "Install Python 3.11, 3.12 or 3.13 and try again. In a copy of Afterframe's source this"
        " does the same: python3 install/bootstrap.py engine"
    ),
    "error.setup_offline.message": (
        "Blender is not allowed to go online, and the engine has to be downloaded."
    ),
    "error.setup_offline.fix": (
        "Switch on Allow Online Access in Preferences, System, Network; then try again."
    ),
    # errors of the engine
    "error.media_missing.message": "{path} is not there.",
    "error.media_missing.fix": "Put the file back or relink the clip in the editor.",
    "error.media_unreadable.message": "{path} cannot be read: {detail}",
    "error.media_unreadable.fix": (
        "Choose a movie or picture; if it is one, convert it to ProRes, DNxHR or pictures."
    ),
    "error.media_truncated.message": "{path} breaks off before frame {frame}.",
    "error.media_truncated.fix": "Copy the file again from its source, or trim the clip.",
    "error.no_picture.message": "{path} holds no picture.",
    "error.no_picture.fix": "Choose a clip with video of at least one frame.",
    "error.sequence_holes.message": "{path} lacks pictures: {missing} ({count} in all).",
    "error.sequence_holes.fix": (
        "Render them again, or let the one before (--holes hold) or black (--holes black) stand"
        " for them."
    ),
    "error.unknown_layer.message": "{path} has no layer {layer}.",
    "error.unknown_layer.fix": "Choose one that it has: {known}.",
    "error.frame_outside.message": "{path} has {frames} frames; there is no frame {frame}.",
    "error.frame_outside.fix": "Move the playhead onto the clip, or trim it to its media.",
    "error.mask_unfit.message": "The mask {path} is {size}; the clip is {wanted}.",
    "error.mask_unfit.fix": "Paint the mask over a frame of the clip: it must have the clip's "
    "shape.",
    "error.not_writable.message": "Nothing can be written to {folder}: {detail}",
    "error.not_writable.fix": "Choose another output folder, or allow writing there.",
    "error.disk_full.message": "{folder} has {free_mb} MB free; {needed_mb} MB are needed.",
    "error.disk_full.fix": "Free some space, choose another folder, or a smaller format.",
    "error.too_large.message": ("The result needs {needed_mb} MB; {folder} has {free_mb} MB free."),
    "error.too_large.fix": ("It fits as {fits}. Or free some space, or choose another folder."),
    "error.destination_gone.message": "{folder} has gone while the result was being written.",
    "error.destination_gone.fix": (
        "Connect its disk again or choose another folder, then try again; nothing was left there."
    ),
    "error.name_too_long.message": "The disk does not take so long a name: {path}",
    "error.name_too_long.fix": "Choose a shorter name, or a folder that is less deep.",
    "error.output_exists.message": "{path} is there already.",
    "error.output_exists.fix": (
        "Choose another name, or allow it to be replaced (command line: --overwrite)."
    ),
    "error.unknown_format.message": "There is no delivery format called {format}.",
    "error.unknown_format.fix": "Choose one of: {known}.",
    "error.format_unfit.message": "{format} cannot hold this picture: {problem}",
    "error.format_unfit.fix": "Choose another format, size or suffix.",
    "error.verify_failed.message": "{path} was written but is not right: {problem}",
    "error.verify_failed.fix": "Try again; if it happens again, choose another format.",
    "error.unknown_engine.message": "There is no engine called {engine}.",
    "error.unknown_engine.fix": "Choose one of: {known}.",
    "error.no_engine_ready.message": "No engine is ready for {effect}.",
    "error.no_engine_ready.fix": "{todo}",
    "error.engine_unfit.message": "The engine {engine} does not make {effect}.",
    "error.engine_unfit.fix": "It makes: {makes}. Leave the engine empty to choose one.",
    "error.engine_failed.message": "The engine {engine} failed: {detail}",
    "error.engine_failed.fix": "Try again; if it happens again, send the log (afterframe logs).",
    "error.cut_is_cleaner.message": "The shots are too unlike to bridge: {cost}, at most {most}.",
    "error.cut_is_cleaner.fix": "A cut is cleaner here. To bridge it anyway: Force (--force yes).",
    "error.out_of_memory.message": "The engine {engine} ran out of memory: {detail}",
    "error.out_of_memory.fix": "Close other programs, or choose a smaller size.",
    "error.memory_short.message": (
        "The work needs {needed_mb} MB of memory; {free_mb} MB are free."
    ),
    "error.memory_short.fix": "It fits as {fits}. Or close other programs.",
    "error.unknown_job.message": "There is no job {job}.",
    "error.unknown_job.fix": "See the list: afterframe jobs.",
    "error.job_conflict.message": "Job {job} was submitted before with other contents.",
    "error.job_conflict.fix": "Submit it under a new id.",
    "error.not_permitted.message": "Job {job} is {state}; it cannot become {wanted}.",
    "error.not_permitted.fix": "See how it stands: afterframe jobs.",
    "error.cancelled.message": "Cancelled.",
    "error.cancelled.fix": "Start it again when you want it.",
    "error.worker_hung.message": "{engine} made nothing for {minutes} minutes, twice.",
    "error.worker_hung.fix": (
        "Try again with a smaller size or fewer frames; restart the machine if its GPU hangs. "
        "The log says more (afterframe logs)."
    ),
    "error.queue_locked.message": "Another program has the list of jobs locked: {path}",
    "error.queue_locked.fix": (
        "Try again in a moment; if it stays so, let backup and sync programs leave out its folder."
    ),
    "error.queue_damaged.message": "The list of jobs is damaged ({detail}): {path}",
    "error.queue_damaged.fix": (
        "Try again: the service begins a new one with all that can be read, and goes on."
    ),
    "error.worker_lost.message": "The render process died {attempts} times.",
    "error.worker_lost.fix": (
        "Try a smaller size or fewer frames; the log says more (afterframe logs)."
    ),
    "error.unauthorised.message": "The request carries no valid token.",
    "error.unauthorised.fix": "Use the token of the endpoint file.",
    "error.foreign_origin.message": "A request from elsewhere is refused ({header}: {value}).",
    "error.foreign_origin.fix": "The service answers programs on this machine only.",
    "error.body_too_large.message": "The request is larger than {limit_kb} kB.",
    "error.body_too_large.fix": "Send pictures as files in the job's folder.",
    "error.path_not_permitted.message": (
        "{path} is outside what this job may write, or is its own source."
    ),
    "error.path_not_permitted.fix": "Choose another place for the result.",
    "error.unknown_session.message": "There is no host session {session}.",
    "error.unknown_session.fix": "Open the editor and its Afterframe add-on.",
    "error.host_silent.message": "{host} did not answer within {seconds} seconds.",
    "error.host_silent.fix": "See whether a dialogue is open in the editor.",
    "error.timeline_unreadable.message": "{path} is not a timeline that can be read: {detail}",
    "error.timeline_unreadable.fix": "Export the timeline again: as OTIO, FCPXML, FCP7 XML or EDL.",
    "error.no_timeline.message": "No timeline is open in {project}, the project in {host}.",
    "error.no_timeline.fix": "Open the timeline in {host}, then try again.",
    "error.item_not_found.message": "{path} has no clip {item}.",
    "error.item_not_found.fix": (
        "List its clips: afterframe batch PATH --list, or batch --host resolve --list. What is "
        "disabled does not count."
    ),
    "error.bad_timecode.message": "{text} is no timecode or frame at {rate} frames a second.",
    "error.bad_timecode.fix": "Write HH:MM:SS:FF, seconds such as 2.5s, or a frame number.",
    "error.shot_name.message": "{name} (frame {frame}): {problem}",
    "error.shot_name.fix": "Correct this name; nothing was started.",
    "error.shot_list.message": "{path}, line {line}: {problem}",
    "error.shot_list.fix": "Correct this line; nothing was started.",
    "error.recipe_unreadable.message": "{path} is not a recipe: {detail}",
    "error.recipe_unreadable.fix": "Name the .json file beside a result.",
    "error.recipe_differs.message": "Rendered again, but not to the same pixels: {what}",
    "error.recipe_differs.fix": (
        "Use the machine and version that the recipe names, or keep the new result."
    ),
    # notes of the pipeline
    "note.colour_profile": (
        "The colour profile {profile} of this picture is not followed; its colours may look "
        "different. Convert the picture to sRGB or Display P3 first."
    ),
    "note.log_samples": (
        "The source's samples are logarithmic ({curve}) and were kept as they are; no tag of the "
        "result says so. Give it the colour space of the source in the editor."
    ),
    "note.holes_hold": "Missing pictures, for which the ones before stand: {missing}.",
    "note.holes_black": "Missing pictures, for which black stands: {missing}.",
    "note.queue_set_aside": (
        "The list of jobs could not be used ({problem}). {saved} of {known} jobs were taken over; "
        "the old list is kept as {path}. Delete it when you do not need it any more."
    ),
    "host.resolve.label": "DaVinci Resolve",
    "note.resolve_external_works": "{name} {version} answers from outside.",
    "note.resolve_menu_works": "{name} {version} answers while a script from its menu runs.",
    "note.resolve_free": "The free edition is reached only while a script from Workspace > Scripts "
    "runs in it, up to version 21.0. Studio is reached from outside too.",
    "note.resolve_none": "It is not in the usual places. Timeline files out of it (OTIO, FCPXML) "
    "can be worked on without it.",
    "note.resolve_closed": "It does not answer from outside. That takes Studio, running with a "
    "project open, and Preferences > System > General > External scripting using: Local.",
    "note.resolve_menu": "Without Studio, up to version 21.0: in it choose Workspace > Scripts > "
    "Afterframe (python3 install/bootstrap.py resolve puts that there). In every version: export "
    "the timeline as OTIO or FCPXML and work on the file.",
    "note.resolve_newer": "This is 21.1 or later, where the free edition runs no Python scripts: "
    "export the timeline as OTIO or FCPXML, work on the file, and import the new one.",
    "note.resolve_why": "{why}",
    "note.resolve_dialog": "A dialog may be open in it: close that, then try again.",
    "note.resolve_busy": "DaVinci Resolve is busy with {call}; a dialog may be open in it.",
    "note.resolve_covers": "The result lies over {names}, from {at} on.",
    "note.resolve_view_left": "DaVinci Resolve did not go back to {what}.",
    "note.resolve_look_left": "DaVinci Resolve did not give the result the clip's {what}.",
    "note.resolve_not_saved": "DaVinci Resolve did not save the project.",
    "note.resolve_as_seen": "{clip} is of another rate, retimed, nested or made by DaVinci "
    "Resolve: its pictures were taken as seen, with grade and transform.",
    "note.resolve_as_seen_rate": "{clip} has another frame rate than the timeline: its pictures "
    "were taken as seen, with grade and transform.",
    "note.resolve_as_seen_retimed": "{clip} is retimed: its pictures were taken as seen, with "
    "grade and transform.",
    "note.resolve_as_seen_nested": "{clip} has no file of its own, as compound and Fusion clips "
    "have none: its pictures were taken as seen, with grade and transform.",
    "note.resolve_as_seen_made": "{clip} is made by DaVinci Resolve itself: its pictures were "
    "taken as seen, with grade and transform.",
    "note.interchange_speed_curves": (
        "Clips whose speed follows a curve: {count}; they are listed, but cannot be worked on."
    ),
    "note.interchange_sequence": (
        "Results that are numbered pictures: {count}; Premiere and Final Cut Pro do not link them "
        "from this file, so deliver a movie for those."
    ),
    "join.start": (
        "Joint at its start: colour off by {colour_after} of 255 levels (made: {colour_before}), "
        "grain {grain_after} (made: {grain_before}, shot: {grain_shot}), motion turns by {seam} "
        "pixels a frame at 360 lines."
    ),
    "join.end": (
        "Joint at its end: colour off by {colour_after} of 255 levels (made: {colour_before}), "
        "grain {grain_after} (made: {grain_before}, shot: {grain_shot}), motion turns by {seam} "
        "pixels a frame at 360 lines."
    ),
    "note.colour_matched": "Made frames were off the shot by {levels} of 255 levels: corrected.",
    "note.grain_matched": "Made frames were given fresh grain after the shot's.",
    "note.handles_fewer": "Handles: {before} frames before, {after} after, of {asked} asked for.",
    "note.overlap_shorter": "The overlap is {frames} frames: half of the shot, and no more.",
    "note.real_first": "{frames} frames next to the cut are the source's own.",
    "note.clipped": "{percent} % of the values were outside the display range and were clipped.",
    "note.detail_lost": "{format} holds less than the source: {now} instead of {was}.",
    "note.alpha_lost": "{format} has no transparency: the result is opaque.",
    "note.tags_lost": (
        "{format} cannot say the source's colour tags ({tags}, by ITU-T H.273): set them in the "
        "editor."
    ),
    "note.hdr_metadata_lost": (
        "{format} cannot say all of what the source was mastered on (HDR metadata)."
    ),
    "note.timecode_lost": "{format} cannot say the start timecode {timecode} at this rate.",
    "note.reel_lost": "{format} cannot say the reel name {reel}.",
    "note.device_failed": (
        "The GPU ({device}) failed; the frames from there on were made on the CPU. What it said: "
        "{detail}"
    ),
    "note.alpha_dropped": "The engine has no use for transparency: the result is opaque.",
    "note.uneven_frames": (
        "This source's pictures are of uneven length. Frames were taken as they are shown at its "
        "rate: {held} are pictures held longer, {dropped} pictures fell between two frames."
    ),
    "note.interlaced": (
        "This source is interlaced; its fields were left as they are. If its pictures show combs, "
        "deinterlace it (command line: --deinterlace); progressive pictures under an interlaced "
        "flag (PsF) are right as they are."
    ),
    "note.deinterlaced": "Pictures of two fields were made whole (bwdif), one for one.",
    "note.retime_too_fast": "Most of the clip moves too fast to be followed: frames in between "
    "are held or mixed.",
    "note.retime_ends_held": "The last {frames} frames stand still: in its file nothing of this "
    "shot follows the clip's last frame.",
    "note.bridge.long": "The bridge is {seconds} s long: beyond {most} s, moving things may float.",
    # notes of timelines for DaVinci Resolve
    "note.otio.no_colour": "Written for DaVinci Resolve: clips carry no label colour there.",
    "note.otio.not_linked": (
        "Written for DaVinci Resolve, which may not link these clips, whose media could not be "
        "read: {clips}."
    ),
    # notes of edit decision lists
    "note.edl.rate_of_drop": (
        "The list says no frame rate: {rate} is taken, as it counts drop-frame."
    ),
    "note.edl.rate_of_media": "The list says no frame rate: {rate} is taken, that of its media.",
    "note.edl.rate_guessed": (
        "The list says no frame rate: {rate} is taken, by its highest frame number; "
        "say another with --rate."
    ),
    "note.edl.unread": "Lines that were not understood: {lines}.",
    "note.edl.overlap": "Events that are laid over earlier ones on their track: {events}.",
    "note.edl.slipped": (
        "Events whose source is one frame longer or shorter than their place, taken at normal "
        "speed: {events}."
    ),
    "note.edl.speed_of_lengths": (
        "Events whose source is longer or shorter than their place, taken for a change of speed: "
        "{events}."
    ),
    "note.edl.trigger": "Events whose speed begins within them, taken for all of them: {events}.",
    "note.edl.several_files": (
        "Events for whose name several files were found, of which the nearest is taken: {events}."
    ),
    "note.edl.counted_from_first": (
        "Events whose times lie outside their medium's timecode, counted from its first picture: "
        "{events}."
    ),
    "note.edl.outside": "Events whose times lie outside their medium: {events}.",
    "note.edl.only_ours": (
        "The new list holds the new clips alone, to be laid above those of {path}; a list says "
        "neither the size of a picture nor the colour of a clip."
    ),
    "note.edl.left_out": "Clips whose media are not known, left out of the new list: {clips}.",
    "note.edl.more_lists": "A list holds one track; further ones stand in {paths}.",
    # notes of the engine extend
    "note.extend.spare_tail": "The source has {frames} more frames after the cut. To show them "
    "before made ones, use Real Frames First (--real-first yes).",
    "note.extend.spare_head": "The source has {frames} more frames before the cut. To show them "
    "next to the clip, with made ones before them, use Real Frames First (--real-first yes).",
    "note.extend.prompt": "This engine reads no words; not used: “{words}”.",
    "note.extend.live": "Goes on with the clip's own frames, from second {seconds} of the clip on, "
    "in {runs} runs; {percent} % of the picture changes visibly at the join.",
    "note.extend.coast_dear": "The last frame coasts to rest: no moment of the clip is like it "
    "(the nearest would change {percent} % of the picture). To use that one all the same, set Way "
    "to live.",
    "note.extend.coast_short": "The last frame coasts to rest: the shot is too short to go on with "
    "its own frames.",
    "note.extend.coast_asked": "The last frame coasts to rest, as asked.",
    "note.extend.single": "There is one frame only: it stands still.",
    "note.extend.camera": "The camera's own motion goes on and comes to rest.",
    # notes of the engine motion
    "note.style.painterly": "{picture}: its palette, its strokes and how they run are used.",
    "note.style.flat": "{picture}: its palette, its even areas and its contours are used.",
    "note.style.colour": "{picture} has one colour only: nothing but that can be used.",
    "note.style.prompt": "This engine reads no words: “{words}”. Choose a preset or a picture.",
    "note.motion.pan_left": "Understood “{words}”: camera to the left, {percent} %.",
    "note.motion.pan_right": "Understood “{words}”: camera to the right, {percent} %.",
    "note.motion.pan_up": "Understood “{words}”: camera up, {percent} %.",
    "note.motion.pan_down": "Understood “{words}”: camera down, {percent} %.",
    "note.motion.zoom_in": "Understood “{words}”: zoom in, {percent} %.",
    "note.motion.zoom_out": "Understood “{words}”: zoom out, {percent} %.",
    "note.motion.roll_clockwise": "Understood “{words}”: rolls clockwise, {percent} %.",
    "note.motion.roll_anticlockwise": "Understood “{words}”: rolls anticlockwise, {percent} %.",
    "note.motion.dolly_in": "Understood “{words}”: camera travels forward, {percent} %.",
    "note.motion.dolly_out": "Understood “{words}”: camera travels back, {percent} %.",
    "note.motion.handheld": "Understood “{words}”: handheld camera, {percent} %.",
    "note.motion.not_understood": "This engine cannot: “{words}”.",
    "note.motion.still": "The camera stands still.",
    "note.motion.default": "No move was asked for: the camera travels calmly forward.",
    "note.motion.default_pan": "Only what to avoid was said: the camera moves calmly right.",
    "note.motion.default_still": "Every usual move was ruled out: the camera stands still.",
    "note.motion.loops": "The camera returns: the clip ends as it begins, at the source.",
    "note.motion.sky_left": "The sky drifts to the left; Sky: off keeps it still.",
    "note.motion.sky_right": "The sky drifts to the right; Sky: off keeps it still.",
    "note.motion.sky_up": "The sky drifts upwards; Sky: off keeps it still.",
    "note.motion.sky_down": "The sky drifts downwards; Sky: off keeps it still.",
    "note.motion.sky_none": "No sky was found here. Paint a mask over it under Regions.",
    "note.motion.sky_unsure": "What was taken for sky may be something else; look at it.",
    "note.motion.sky_plain": "The sky has no clouds: its drift hardly shows.",
    "note.motion.region_empty": "The mask {name} is empty: nothing moves there.",
    "note.motion.region_words": "“{words}”: the arrows of the painted regions decide.",
    "note.motion.needs_mask": "“{words}”: paint a mask over it under Regions, with an arrow.",
    "note.motion.end_same": "The end picture shows the same scene: the camera travels there.",
    "note.motion.end_same_framing": "The end picture has the same framing: the camera goes and "
    "returns.",
    "note.motion.end_other": "The end picture shows another scene: one move leads through both.",
    "note.motion.end_leads": "“{words}”: the end picture decides where the camera goes.",
    "note.motion.end_alone": "With an end picture sky, regions and loop are left out.",
    "note.motion.ends_at_source": "Going out, the clip starts tight and ends at the source.",
    # the queue before the user
    "ui.advice.internal": (
        "Try again; if it happens again, send the log (Preferences, Add-ons, Afterframe: Open Log)."
    ),
    "ui.advice.engine_failed": (
        "Try again; if it happens again, send the log (Preferences, Add-ons, Afterframe: Open Log)."
    ),
    "ui.advice.worker_lost": "Try a smaller size or fewer frames.",
    "ui.advice.worker_hung": (
        "Try again with a smaller size or fewer frames; restart the machine if its GPU hangs."
    ),
    "ui.advice.service_unreachable": "Try again; where it stays so, repair the engine.",
    "ui.advice.service_missing": "Install the engine, then try again.",
    "ui.advice.service_refused": "Try again; where it stays so, restart the machine.",
    "ui.advice.service_version": (
        "Bring engine and extension to the same version; the running one has {jobs} jobs."
    ),
    "ui.advice.cut_is_cleaner": "A cut is cleaner here. To bridge it anyway: Force.",
    "ui.advice.unknown_job": "Ask for it once more.",
    "ui.advice.not_permitted": "See how it stands in the queue.",
    "ui.advice.item_not_found": "Place the playhead near a gap, or select the two clips around it.",
    "ui.advice.sequence_holes": "Render the missing pictures again, or trim the clip.",
    "ui.advice.item_gone": "Undo its removal, or place the result where it was.",
    "ui.fix.repair_engine.label": "Repair Engine",
    "ui.queue.already": "This stands on the timeline already.",
    "ui.quality.final.label": "Final",
    "ui.quality.final.help": "At full size",
    "ui.quality.draft.label": "Draft",
    "ui.quality.draft.help": "Small and quick, with the seed and motion of the final",
    "ui.queue.label": "Queue",
    "ui.queue.empty": "Nothing has been asked for yet.",
    "ui.queue.active": "{count} at work",
    "ui.queue.waiting": "{count} to place",
    "ui.queue.finished": "{count} finished",
    "ui.queue.clear.label": "Clear Finished",
    "ui.queue.clear.help": "Take from the list what is over; results stay where they are",
    "ui.queue.cancel.label": "Cancel",
    "ui.queue.cancel.help": "Stop this job; nothing is left of it",
    "ui.queue.retry.label": "Try Again",
    "ui.queue.retry.help": "Ask for the same once more",
    "ui.queue.remove.label": "Remove from List",
    "ui.queue.remove.help": "Take this job from the list; its result stays where it is",
    "ui.queue.reveal.label": "Show",
    "ui.queue.reveal.help": "Select the strip and go to its first frame",
    "ui.queue.decline.label": "Decline",
    "ui.queue.decline.help": "Do not place this result; its file stays",
    "ui.queue.place.label": "Place",
    "ui.queue.place.help": "Put the result on the timeline where it belongs",
    "ui.queue.place_here.label": "Place at Playhead",
    "ui.queue.place_here.help": "Put the result on the timeline at the playhead",
    "ui.queue.open_folder.label": "Open Folder",
    "ui.queue.open_folder.help": "Open the folder that the result is in",
    "ui.queue.open_folder.gone": "The folder is not there any more.",
    "ui.queue.offline": "Looking for the service ...",
    "ui.queue.unsaved": "Results go to {folder} until the project is saved.",
    "ui.queue.save.label": "Save Project ...",
    "ui.fix.retry.label": "Try Again",
    "ui.fix.retry.help": "Ask for the same once more",
    "ui.fix.install_engine.label": "Install Engine",
    "ui.fix.install_engine.help": "Install or update the engine",
    "ui.fix.save_project.label": "Save Project ...",
    "ui.fix.save_project.help": "Save the project to a file",
    "ui.fix.choose_folder.label": "Choose Folder ...",
    "ui.fix.choose_folder.help": (
        "Choose another folder for results, and ask for the same once more"
    ),
    "ui.fix.find_media.label": "Find Media ...",
    "ui.fix.find_media.help": "Select the strip, and look for its missing file",
    "ui.fix.open_settings.label": "Change Settings",
    "ui.fix.open_settings.help": "Select the strip, with the settings that this was asked for with",
    "ui.fix.none.label": "None",
    "cli.live.reached": "On the timeline of {name}.",
    "cli.live.taken.frame": "{clip}: {effect}, from {at}",
    "cli.live.taken.clip": "{clip}: {effect}, {start} to {end}",
    "cli.live.taken.between": "{clip}, {after}: {effect}",
    "cli.live.placed": "{clip}: placed as {name} on {track}, {start} to {end}, {frames} frames.",
    "cli.live.stands": (
        "{clip}: stands there already, as {name} on {track}, {start} to {end}, {frames} frames."
    ),
    "cli.live.made_again": "{path} is gone from the disk: it is made again.",
    "cli.live.waits": (
        "{clip}: made, and not placed. It is kept; to place it: afterframe place --host {host}"
    ),
    "cli.live.nothing_waits": "Nothing waits for {name}.",
    "cli.live.lost": "{name} does not answer. What is being made goes on meanwhile.",
    "cli.live.back": "{name} answers again.",
    "cli.live.listening": "Listening for {name}. Ctrl-C stops.",
    "cli.live.gone": "{name} does not answer any more.",
    "ui.board.left.seconds": "{count} s left",
    "ui.board.left.minutes": "{count} min left",
    "ui.board.left.hours": "{count} h left",
    "ui.board.kind.capturing": "Rendering the source",
    "ui.board.kind.sending": "Starting",
    "ui.board.kind.queued": "Waiting",
    "ui.board.kind.running": "At work",
    "ui.board.kind.done": "Done",
    "ui.board.kind.failed": "Failed",
    "ui.board.kind.cancelled": "Cancelled",
    "ui.board.phase.waiting": "Waiting",
    "ui.board.phase.reading": "Reading",
    "ui.board.phase.making": "Making frames",
    "ui.board.phase.writing": "Writing",
    "ui.board.phase.verifying": "Checking",
    "ui.board.place.held": "Done, waits until the timeline is free",
    "ui.board.place.offered": "Done, to be placed",
    "ui.board.place.homeless": "Done, not placed",
    "ui.board.place.placed": "On the timeline",
    "ui.board.place.removed": "Done, taken off",
    "ui.board.place.declined": "Done, not wanted",
    "ui.board.place.elsewhere": "Done",
    "ui.board.host.blender": "Blender",
    "ui.board.host.resolve": "Resolve",
    "ui.board.host.interchange": "Timeline file",
    "ui.board.host.none": "Another program",
}
