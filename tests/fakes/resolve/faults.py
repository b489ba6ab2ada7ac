"""What can be made to go wrong in the stand-in, one switch each."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Faults:
    """Switches; as they stand here, nothing goes wrong that does not in every Resolve.

    Attributes:
        end_frame_inclusive: ``endFrame`` of an append is the last frame (S3, the other answer).
        ghosts: an append that was dropped for an overlap still returns an object (S5).
        vanishing: an append fails, and what it has left vanishes at ``SaveProject`` (S7).
        off_by_one: ``GetSourceStartFrame`` is one too low (S10).
        boxed_stills: a still appended with a range ignores it and leaves a dialog open (21.1.1).
        needs_selection: an append fails while no clip of the pool is selected (20.0 to 20.3.1).
        text_rates: ``timelineFrameRate`` is told as text, ``24.0``, not as a number (S25).
        holding: a project that was open cannot be deleted until it is closed by ``CloseProject``.
        unsaved_lost: a project that was made and never saved is gone when another is opened.
        wedged: Resolve has no database: it opens and saves nothing (S19).
        lying: ``Class.Method`` of setters that return True and do nothing.
        refusing: ``Class.Method`` of calls that return None and do nothing.
        words: of methods that return an error text instead of failing, the text (S27).
        blocking: ``Class.Method`` of calls that never return.
        flaky: of methods, how many first calls return False and do nothing (S12).
        dead_after: every handle is dead after so many calls: reads give None.
        modal: a dialog is open: calls that change anything fail until it is closed (S19, S23).
        render_error: render jobs fail half way with this text.
        storage: folders of the media storage: since 21 jobs are queued for targets inside alone
            (measured on 21.1.1, Linux); empty: everywhere.
        plain_numbers: pictures of a sequence are named ``name00086400.png``, without a line.
        render_hangs: render jobs never come further than half way, until they are stopped.
        raising: ``Class.Method`` of calls that raise, as a handle whose Resolve has ended does.
        calls: how many calls have been made; not a switch.
    """

    end_frame_inclusive: bool = False
    ghosts: bool = False
    vanishing: bool = False
    off_by_one: bool = False
    boxed_stills: bool = False
    needs_selection: bool = False
    text_rates: bool = False
    holding: bool = False
    unsaved_lost: bool = False
    wedged: bool = False
    lying: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    blocking: set[str] = field(default_factory=set)
    flaky: dict[str, int] = field(default_factory=dict)
    dead_after: int | None = None
    modal: bool = False
    render_error: str = ""
    render_hangs: bool = False
    storage: list[str] = field(default_factory=list)
    plain_numbers: bool = False
    raising: set[str] = field(default_factory=set)
    calls: int = 0
