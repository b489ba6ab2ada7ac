"""Read twice from one movie in this new process: what ``tests.bench.seek`` measures."""

import json
import sys
from pathlib import Path

import afterframe.media.movie  # noqa: F401 - not measured
from tests.bench.seek import read_twice

print(json.dumps(read_twice(Path(sys.argv[1]))))
