"""From the user's words to a camera's move and to what flows, and what to say back.

The words are marked with the senses of ``words``, cut into clauses at punctuation and at *and*,
*or*, *then*, and each clause gives at most a few moves. What no clause uses is handed back, so
that the user is told what this engine did not take up. Nothing is guessed from words that merely
describe the picture: in "birds fly to the left" it is the birds who move, not the camera; in
"clouds drift left" it is the clouds, and those this engine can move.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from itertools import zip_longest
from typing import Final

from afterframe_hosts.wire.job import Note

from .camera import Move
from .words import SENSES, USUAL

NOTE: Final = "note.motion."
"""What every message id of this engine begins with."""

DEFAULT_MOVE: Final = Move(dolly=USUAL)
"""When no move is asked for: a calm way forward, with parallax."""
DEFAULT_WITHOUT_DEPTH: Final = Move(pan_x=0.5 * USUAL)
"""When nothing but going in or out was forbidden."""

VERY: Final = {"0.2": 0.15, "0.3": 0.2, "0.4": 0.3, "0.9": 1.0, "1.0": 1.0}
"""Amounts as "very" makes them."""

NAMES: Final = {
    ("pan_x", -1): "pan_left",
    ("pan_x", 1): "pan_right",
    ("pan_y", 1): "pan_up",
    ("pan_y", -1): "pan_down",
    ("zoom", 1): "zoom_in",
    ("zoom", -1): "zoom_out",
    ("roll", 1): "roll_clockwise",
    ("roll", -1): "roll_anticlockwise",
    ("dolly", 1): "dolly_in",
    ("dolly", -1): "dolly_out",
    ("handheld", 1): "handheld",
}
"""Name of every axis and sign, as messages call it."""

AXES: Final = tuple(each.name for each in fields(Move))


@dataclass(frozen=True)
class Understood:
    """One move found in the prompt.

    Attributes:
        axis: a field of :class:`Move`.
        amount: -1 to 1.
        words: the words that said so, as the user wrote them.
    """

    axis: str
    amount: float
    words: str

    @property
    def name(self) -> str:
        """``zoom_in`` and its like: part of a message id."""
        return NAMES[self.axis, 1 if self.amount > 0 else -1]

    def note(self) -> Note:
        """Return what the user is told: the words, the move, how much of it."""
        amount = {"words": self.words, "percent": round(100 * abs(self.amount))}
        return Note(NOTE + self.name, amount)


@dataclass(frozen=True)
class Flow:
    """Matter that is to move, found in the prompt.

    Attributes:
        matter: ``sky``, ``water``, ``smoke`` or ``leaves``.
        way: ``left``, ``right``, ``up``, ``down``, or empty: not said.
        amount: 0 to 1, ``words.USUAL`` where nothing was said.
        words: as the user wrote them.
    """

    matter: str
    way: str
    amount: float
    words: str


@dataclass(frozen=True)
class Reading:
    """What was made of a prompt.

    Attributes:
        moves: in the order in which they were said, at most one for each axis.
        flows: likewise, at most one for each matter.
        still: the camera is asked not to move at all.
        forbidden: axes that must not be used, matter that must not move.
        rest: phrases that were not understood, as written.
    """

    moves: tuple[Understood, ...] = ()
    still: bool = False
    forbidden: frozenset[str] = frozenset()
    rest: tuple[str, ...] = ()
    flows: tuple[Flow, ...] = ()


def read_prompt(text: str) -> Reading:
    """Return what the words ask of the camera.

    Args:
        text: English, Chinese or both.
    """
    found = _Found()
    for clause in _with_shared_amounts(_read_clauses(text)):
        _settle(clause, text, found)
    return found.reading()


def choose_move(reading: Reading, explicit: Move) -> Move:
    """Return the move to make: what is set explicitly, else what was read, else the default.

    Args:
        reading: of the prompt.
        explicit: parameters; an axis that is not 0 wins over the prompt.
    """
    read = Move(**{each.axis: each.amount for each in reading.moves})
    merged = Move(**{axis: getattr(explicit, axis) or getattr(read, axis) for axis in AXES})
    if not merged.is_still or reading.still:
        return merged
    return _default(reading.forbidden)


def _default(forbidden: frozenset[str]) -> Move:
    if not forbidden & {"dolly", "zoom"}:
        return DEFAULT_MOVE
    return Move() if "pan_x" in forbidden else DEFAULT_WITHOUT_DEPTH


@dataclass(frozen=True)
class _Mark:
    """A phrase of the prompt: its kind and value (see ``words.Sense``), and where it stands."""

    kind: str
    value: str
    start: int
    end: int


@dataclass
class _Found:
    moves: dict[str, Understood] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    rest: list[str] = field(default_factory=list)
    still: bool = False

    def add(self, clause: _Clause, words: str) -> None:
        for axis, sign in clause.moves:
            if axis in self.moves:
                self.rest.append(words)  # one clip goes one way: the first that was said
                return
            self.moves[axis] = Understood(axis, sign * clause.amount, words)

    def reading(self) -> Reading:
        kept = tuple(each for each in self.moves.values() if each.axis not in self.forbidden)
        flows = tuple(each for each in self.flows.values() if each.matter not in self.forbidden)
        still = self.still and not kept
        return Reading(kept, still, frozenset(self.forbidden), tuple(self.rest), flows)


@dataclass(frozen=True)
class _Clause:
    """What stands between two joints: moves as (axis, sign), how much, and whether forbidden."""

    marks: tuple[_Mark, ...]
    moves: tuple[tuple[str, int], ...] = ()
    still: bool = False
    negated: bool = False
    bare: bool = False
    said_amount: float | None = None
    matter: str = ""
    way: str = ""

    @property
    def is_at_rest(self) -> bool:
        """No movement at all: "do not move"."""
        return self.negated and not self.moves and any(m.kind == "walk" for m in self.marks)

    @property
    def amount(self) -> float:
        return USUAL if self.said_amount is None else self.said_amount


def _read_clauses(text: str) -> Iterator[tuple[str, _Clause]]:
    """Yield every clause with the joint before it; verbs and negations reach over joints."""
    previous: _Clause | None = None
    verb = ""
    for joint, marks in _with_late_amounts(_clauses(_marks(text))):
        flow, part = _flow_in(marks, text)
        if flow is not None:
            yield joint, flow
            if not part:
                previous, verb = flow, ""
                continue
            joint = "flow"
        clause = _read_clause(part, "" if joint == "break" else verb)
        verb = next((m.value for m in part if m.kind in {"verb", "turn", "walk"}), verb)
        if previous and _shares_negation(joint, previous, clause):
            clause = replace(clause, negated=True)
        yield joint, clause
        previous = clause


def _settle(clause: _Clause, text: str, found: _Found) -> None:
    """Put a clause's moves, prohibitions and unused words where they belong."""
    used = [m for m in clause.marks if m.kind not in {"unknown", "fill"}]
    if clause.matter:
        words = text[used[0].start : used[-1].end].strip()
        if clause.negated:
            found.forbidden.add(clause.matter)
        else:
            flow = Flow(clause.matter, clause.way, clause.amount, words)
            found.flows.setdefault(clause.matter, flow)
        return
    if clause.negated and clause.still:
        pass  # "not static": no more than that it may move
    elif clause.negated and clause.moves:
        found.forbidden.update(axis for axis, _ in clause.moves)
        if clause.bare and {axis for axis, _ in clause.moves} == {"pan_x"}:
            found.forbidden.add("pan_y")
    elif clause.still or clause.is_at_rest:
        found.still = True
    elif clause.moves:
        found.add(clause, text[used[0].start : used[-1].end].strip())
    found.rest += _unused(clause, text)


def _flow_in(marks: list[_Mark], text: str) -> tuple[_Clause | None, list[_Mark]]:
    """Return the clause's flow, if it has one, and the marks that speak of something else.

    Matter flows where a word for flowing stands right before it ("rising smoke"), or after it
    with no other doer between ("clouds drift slowly to the left").
    """
    kinds = [mark.kind for mark in marks]
    if "matter" not in kinds:
        return None, marks
    at = first = kinds.index("matter")
    while first and text[marks[first - 1].start : marks[first - 1].end].lower() in _ARTICLES:
        first -= 1
    end = at + 1
    while end < len(marks) and kinds[end] in _OF_A_FLOW:
        end += 1
    if end < len(marks) and marks[end].value == "still":  # "the clouds stand still"
        clause = _flow_clause(marks[first : end + 1], marks[at].value)
        return replace(clause, negated=True), marks[:first] + marks[end + 1 :]
    said = kinds[first - 1] if first else ""
    before = said == "flow" or (said == "walk" and not _has_camera(marks[:first]))
    after = any(kind in {"flow", "walk", "turn", "way"} for kind in kinds[at:end])
    if not before and not after:
        return None, marks
    first -= before
    while first and kinds[first - 1] in {"fill", "not", "very", "amount"}:
        first -= 1
    if before and not after:
        end = at + 1 if _has_camera(marks[end:]) else end
    return _flow_clause(marks[first:end], marks[at].value), marks[:first] + marks[end:]


def _flow_clause(marks: list[_Mark], matter: str) -> _Clause:
    ways = [m.value for m in marks if m.kind == "way" and m.value in _PAN]
    ways += [m.value for m in marks if m.kind == "flow" and m.value]
    return _Clause(
        tuple(marks),
        negated=any(m.kind == "not" for m in marks),
        said_amount=_amount(marks),
        matter=matter,
        way=ways[0] if ways else "",
    )


def _has_camera(marks: list[_Mark]) -> bool:
    return any(mark.kind in {"verb", "whole", "hint"} for mark in marks)


def _read_clause(marks: list[_Mark], verb: str) -> _Clause:
    marks = _without_descriptions(marks)
    kinds = {mark.kind for mark in marks}
    moves, still, bare = _moves_of(marks, verb)
    return _Clause(
        tuple(marks),
        moves=moves,
        still=still,
        negated="not" in kinds,
        bare=bare,
        said_amount=_amount(marks),
    )


def _moves_of(marks: list[_Mark], verb: str) -> tuple[tuple[tuple[str, int], ...], bool, bool]:
    """Return moves as (axis, sign), whether the camera is to be still, and "no way was said"."""

    def values(*kinds: str) -> list[str]:
        return [mark.value for mark in marks if mark.kind in kinds]

    wholes = values("whole")
    if wholes:
        return _once(pair for w in wholes for pair in _WHOLE.get(w, ())), "still" in wholes, False
    own = values("verb") or values("turn", "walk")
    ways = values("way") or (values("hint") if own else [])
    chosen = (own or [verb])[0]
    moves = _once(pair for way in ways for pair in _WAYS.get((chosen, way), ()))
    if not moves and own and chosen in _BARE:
        return _BARE[chosen], False, True
    return moves, False, False


def _once(moves: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return the first way of every axis."""
    found: dict[str, int] = {}
    for axis, sign in moves:
        found.setdefault(axis, sign)
    return tuple(found.items())


def _amount(marks: list[_Mark]) -> float | None:
    values = [mark.value for mark in marks if mark.kind == "amount"]
    if not values:
        return None
    very = any(mark.kind == "very" for mark in marks)
    return VERY[values[0]] if very else float(values[0])


def _without_descriptions(marks: list[_Mark]) -> list[_Mark]:
    """Take words that speak of the picture, not of the camera, as not understood.

    They are: who else walks or turns ("birds fly left"), and "still" before a thing ("still
    water").
    """
    marks = [
        replace(mark, kind="unknown")
        if mark.value == "still" and after is not None and after.kind in {"unknown", "matter"}
        else mark
        for mark, after in zip_longest(marks, marks[1:])
    ]
    subject = False
    for mark in marks:
        if mark.kind in {"walk", "turn"} and subject:
            return [replace(m, kind="unknown") if m.kind in _SUBJECTS else m for m in marks]
        if mark.kind in {"verb", "walk", "turn", "whole"}:
            return marks
        subject = subject or mark.kind in {"unknown", "matter", "flow"}
    return marks


def _shares_negation(joint: str, previous: _Clause, clause: _Clause) -> bool:
    if not previous.negated or clause.negated:
        return False
    return joint == "or" or (joint in {"and", "list"} and clause.bare)


def _with_shared_amounts(clauses: Iterable[tuple[str, _Clause]]) -> list[_Clause]:
    """Let "slowly pan left and zoom in", and with the adverb at the end, mean both moves."""
    joined = list(clauses)
    joints, result = [joint for joint, _ in joined], [clause for _, clause in joined]
    for index in range(1, len(result)):
        if joints[index] in {"and", "or"} and result[index].said_amount is None:
            result[index] = replace(result[index], said_amount=result[index - 1].said_amount)
    for index in range(len(result) - 1, 0, -1):
        if joints[index] in {"and", "or"} and result[index - 1].said_amount is None:
            result[index - 1] = replace(result[index - 1], said_amount=result[index].said_amount)
    return result


def _with_late_amounts(
    clauses: Iterable[tuple[str, list[_Mark]]],
) -> list[tuple[str, list[_Mark]]]:
    """Join a clause that says nothing but how much ("zoom in, slowly") to the one before."""
    joined: list[tuple[str, list[_Mark]]] = []
    for joint, part in clauses:
        kinds = {mark.kind for mark in part}
        if joined and "amount" in kinds and kinds <= {"amount", "very", "fill"}:
            joined[-1][1].extend(part)
        else:
            joined.append((joint, part))
    return joined


def _clauses(marks: Iterable[_Mark]) -> Iterator[tuple[str, list[_Mark]]]:
    """Yield the joint before each clause and the clause's marks."""
    joint, part = "break", list[_Mark]()
    for mark in marks:
        if mark.kind in _JOINTS:
            if part:
                yield joint, part
            joint, part = mark.kind, []
        else:
            part.append(mark)
    if part:
        yield joint, part


def _unused(clause: _Clause, text: str) -> Iterator[str]:
    """Yield the runs of words that nothing was made of."""
    made = clause.moves or clause.still or clause.is_at_rest
    first = {"unknown", "matter", "flow"}
    if not made:
        first |= {"verb", "walk", "turn", "not"}
    later = first if made else first | {"way", "hint", "amount", "very"}
    run: list[_Mark] = []
    for mark in (*clause.marks, _Mark("end", "", 0, 0)):
        if mark.kind in (later if run else first):
            run.append(mark)
        elif mark.kind != "fill" and run:
            if any(each.kind != "not" for each in run):
                yield text[run[0].start : run[-1].end]
            run = []


def _marks(text: str) -> Iterator[_Mark]:
    """Yield the phrases, the longest that is known at each place."""
    for match in _PHRASE.finditer(text):
        if match.lastgroup:
            joint = "break" if match.lastgroup == "stop" else "list"
            yield _Mark(joint, "", match.start(), match.end())
            continue
        phrase = " ".join(match.group().lower().replace("’", "'").split())
        kind, value = SENSES.get(phrase, ("unknown", ""))
        yield _Mark(kind, value, match.start(), match.end())


def _phrase_pattern() -> re.Pattern[str]:
    longest_first = sorted(SENSES, key=len, reverse=True)
    latin = "|".join(
        re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first if phrase.isascii()
    )
    chinese = "|".join(re.escape(phrase) for phrase in longest_first if not phrase.isascii())
    letter = r"[^\W_\u3400-\u9fff]"
    # Else one word of letters, or one Chinese character.
    return re.compile(
        rf"(?<!{letter})(?:{latin})(?![{_APOSTROPHES}]?{letter})|{chinese}"
        rf"|{letter}+(?:[-{_APOSTROPHES}]{letter}+)*|[\u3400-\u9fff]"
        rf"|(?P<comma>[,，、])|(?P<stop>[.;:!?\n。；：！？])",
        re.IGNORECASE,
    )


_JOINTS: Final = frozenset({"and", "or", "list", "break"})
_APOSTROPHES: Final = "'’"
_ARTICLES: Final = frozenset({"the", "a", "an", "的", "着"})
_OF_A_FLOW: Final = frozenset({"flow", "walk", "turn", "way", "amount", "very", "fill", "not"})
_SUBJECTS: Final = frozenset({"walk", "turn", "way", "hint", "amount", "very", "not"})
_PHRASE: Final = _phrase_pattern()

_PAN: Final = {
    "left": (("pan_x", -1),),
    "right": (("pan_x", 1),),
    "up": (("pan_y", 1),),
    "down": (("pan_y", -1),),
}
_DEPTH: Final = {
    "in": (("dolly", 1),),
    "forward": (("dolly", 1),),
    "out": (("dolly", -1),),
    "back": (("dolly", -1),),
}
_ROLL: Final = {"clockwise": (("roll", 1),), "anticlockwise": (("roll", -1),)}
_WAYS: Final[dict[tuple[str, str], tuple[tuple[str, int], ...]]] = {
    **{("pan", way): moves for way, moves in {**_PAN, **_DEPTH, **_ROLL}.items()},
    **{("dolly", way): moves for way, moves in {**_PAN, **_DEPTH}.items()},
    **{("push", way): moves for way, moves in {**_PAN, **_DEPTH}.items()},
    **{("go", way): moves for way, moves in {**_PAN, **_DEPTH, **_ROLL}.items()},
    **{("", way): moves for way, moves in {**_PAN, **_ROLL}.items()},
    ("", "forward"): (("dolly", 1),),
    ("", "back"): (("dolly", -1),),
    ("zoom", "in"): (("zoom", 1),),
    ("zoom", "forward"): (("zoom", 1),),
    ("zoom", "out"): (("zoom", -1),),
    ("zoom", "back"): (("zoom", -1),),
    **{("zoom", way): moves for way, moves in _PAN.items()},
    **{("roll", way): moves for way, moves in _ROLL.items()},
    ("roll", "right"): (("roll", 1),),
    ("roll", "left"): (("roll", -1),),
}
_BARE: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "pan": (("pan_x", 1),),
    "zoom": (("zoom", 1),),
    "dolly": (("dolly", 1),),
    "roll": (("roll", 1),),
}
_WHOLE: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "handheld": (("handheld", 1),),
    "vertigo": (("dolly", 1), ("zoom", -1)),
    "dolly+": (("dolly", 1),),
    "dolly-": (("dolly", -1),),
    "zoom+": (("zoom", 1),),
    "zoom-": (("zoom", -1),),
}
