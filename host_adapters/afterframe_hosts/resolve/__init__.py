"""DaVinci Resolve as a host: its adapter runs in our own Python, behind a door inside Resolve."""
