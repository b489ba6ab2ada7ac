"""The soak's judgement: a leak is seen, a peak and a saw are not."""

from __future__ import annotations

import pytest

from tests.bench import soak

STEADY = soak.Sample(60, 240, 22, 10, 5, 9, 2, 4, 0.1, 3)


def rounds(name: str, values: list[float]) -> list[soak.Sample]:
    return [STEADY._replace(**{name: value}) for value in values]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("worker_mb", [240 + 0.3 * step for step in range(30)]),
        ("service_mb", [60 + 0.25 * step + 3 * (step % 2) for step in range(30)]),
        ("worker_files", [10 + step // 10 for step in range(30)]),
        ("service_threads", [5 + step // 5 for step in range(30)]),
        ("journal_mb", [4.0] * 29 + [40.0]),
        ("logs_mb", [0.5 * step for step in range(30)]),
    ],
)
def test_what_grows_is_above_its_bar(name: str, values: list[float]) -> None:
    assert soak._judged(rounds(name, values))["above"] == [name]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("worker_mb", [200.0, 230.0] + [240.0] * 28),
        ("worker_mb", [240.0 + 7 * (step % 2) for step in range(30)]),
        ("service_mb", [60.0] * 20 + [90.0] + [60.0] * 9),
        ("worker_threads", [9 + 4 * (step % 2) for step in range(30)]),
    ],
)
def test_a_beginning_a_peak_and_a_saw_are_no_growth(name: str, values: list[float]) -> None:
    assert soak._judged(rounds(name, values))["above"] == []
