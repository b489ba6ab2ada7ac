"""The clip of the demo, painted by our own code: a mountain lake at dusk.

Sky and drifting clouds, a range of mountains behind forested hills, a lake that mirrors them, pines
and grass on the shore in front. All of it is drawn in linear light at the size asked for; lengths
are in heights of the frame, from its upper left corner, unless a name says otherwise.
"""

from afterframe.sample.scene import frames

__all__ = ["frames"]
