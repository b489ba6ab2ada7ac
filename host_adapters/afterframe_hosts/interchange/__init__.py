"""Files as a host: a timeline is read from OpenTimelineIO, and written beside it with a new track.

``document`` reads and writes files, ``timeline`` finds the clips, ``spans`` where they stand,
``media`` translates references to media, ``place`` adds results, ``adapter`` is the host.
"""
