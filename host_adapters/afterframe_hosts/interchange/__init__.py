"""Files as a host: a timeline is read from a file, and written beside it with a new track.

``format`` says what a format of such files is, ``formats`` which there are: ``otio_file`` (with
``resolve_shape``), ``edl``, ``fcp7``, ``fcpx``; ``document`` names and writes files. Their common
model is OpenTimelineIO's: ``timeline`` finds its clips, ``spans`` where they stand, ``media``
translates references to media, ``place`` adds results, ``adapter`` is the host.
"""
