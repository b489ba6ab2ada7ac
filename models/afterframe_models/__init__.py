"""Engines: what makes frames."""
