"""Afterframe: AI video effects on an editor's timeline, on the editor's own machine."""

__version__ = "0.1.0"
