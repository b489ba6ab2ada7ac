"""Frames between two clips, by morphing one into the other."""
