"""The whole contract between an editor's program and the engine: words, and the way to talk.

Standard library only, Python 3.10 syntax: this package travels inside host programs.
"""
