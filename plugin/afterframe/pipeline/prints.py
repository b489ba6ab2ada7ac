"""Fingerprints of all that a job reads, for its recipe."""

from __future__ import annotations

from afterframe.errors import MediaUnreadable
from afterframe.media.checksum import fingerprint
from afterframe_hosts.wire import pictures
from afterframe_hosts.wire.clip import Media, Span
from afterframe_hosts.wire.effects import effect
from afterframe_hosts.wire.job import Job
from afterframe_models.card import Card


def source_print(job: Job) -> str:
    """Return the fingerprint of what is read of the job's medium.

    Raises:
        MediaUnreadable: it cannot be read.
    """
    return _print(job.clip.media, job.clip.media_range)


def picture_prints(job: Job, card: Card) -> dict[str, str]:
    """Return, by path, the fingerprints of what else the job reads; see ``core.recipe.Recipe``.

    Raises:
        MediaUnreadable: one cannot be read.
    """
    named = [
        path
        for parameter in (*effect(job.effect).parameters, *card.parameters)
        for path in pictures.paths(parameter.kind, job.parameters.get(parameter.name))
    ]
    found = {path: _print(Media("still", path), Span(0, 1)) for path in named}
    if job.after is not None:
        found[job.after.media.path] = _print(job.after.media, job.after.media_range)
    return found


def _print(media: Media, used: Span) -> str:
    try:
        return fingerprint(media, used)
    except OSError as error:
        raise MediaUnreadable(path=media.path, detail=error.strerror or str(error)) from error
