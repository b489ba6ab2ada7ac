"""Test material that no real footage here is: real clips enlarged, with grain, by ffmpeg."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]

CLIP = "video/flower.mp4"
RATE = 25
X264 = ("-c:v", "libx264", "-preset", "fast", "-crf", "18")
HD = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709")


def newest_ffmpeg() -> str:
    """Return the newer of the ffmpeg on the path and the one that the test environment holds."""
    held: str = imageio_ffmpeg.get_ffmpeg_exe()
    found = shutil.which("ffmpeg")
    return max(held, found or held, key=_number)


def version(program: str) -> str:
    """Return what a program says of its version."""
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=True)
    return told.stdout.split()[2]


def ffmpeg(program: str, *arguments: str) -> None:
    """Run ffmpeg; what it complains of goes to stderr."""
    quiet = ["-y", "-nostdin", "-v", "error"]
    subprocess.run([program, *quiet, *arguments], check=True)


def grown(path: Path, clip: Path, size: tuple[int, int], seconds: int, program: str = "") -> Path:
    """Make H.264 of a real clip, looped, at another size, with grain; return its path."""
    grain = f"scale={size[0]}:{size[1]}:flags=lanczos,noise=alls=5:allf=t"
    taken = ("-stream_loop", "-1", "-i", str(clip), "-vf", grain, "-pix_fmt", "yuv420p")
    length = ("-r", str(RATE), "-frames:v", str(seconds * RATE), "-an")
    ffmpeg(program or newest_ffmpeg(), *taken, *X264, *length, *HD, str(path))
    return path


def repeated(path: Path, movie: Path, times: int, program: str = "") -> Path:
    """Copy a movie's packets so many times, one after another; return the new path."""
    loop = ("-stream_loop", str(times - 1), "-i", str(movie), "-c", "copy")
    ffmpeg(program or newest_ffmpeg(), *loop, str(path))
    return path


def _number(program: str) -> tuple[int, ...]:
    match = re.match(r"n?(\d+(?:\.\d+)*)", version(program))
    return tuple(map(int, match[1].split("."))) if match else ()
