"""Styles that need no picture: one file each, each by its own published method."""
