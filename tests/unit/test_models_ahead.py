"""What is made ahead comes in order, and no more is begun than threads can make."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import current_thread, main_thread

import pytest

from afterframe_models.ahead import made_ahead


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_it_comes_in_order_out_of_other_threads(threads: int) -> None:
    def made(number: int) -> int:
        assert current_thread() is not main_thread()
        time.sleep(0.002 * (number % 3))
        return number * number

    assert list(made_ahead(made, range(12), threads)) == [n * n for n in range(12)]
    assert list(made_ahead(made, [], threads)) == []


def test_so_many_are_begun_ahead_of_the_one_that_is_used() -> None:
    asked: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(9):
            asked.append(number)
            yield number

    made = made_ahead(lambda number: number, numbers(), 2)
    assert next(made) == 0
    assert asked == [0, 1, 2]


def test_an_error_is_raised_where_its_result_would_be() -> None:
    made = made_ahead(lambda number: 1 // (2 - number), range(5), 2)
    assert [next(made), next(made)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(made)
