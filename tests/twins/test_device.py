"""Only a device that computes is taken."""

from __future__ import annotations

import pytest

from tests.twins.here import torch, twin

pytestmark = pytest.mark.torch


def test_what_is_reached_is_the_accelerator_or_the_cpu() -> None:
    here = torch.accelerator.is_available()
    assert (twin("device").reached() != "cpu") == here


@pytest.mark.skipif(torch.accelerator.is_available(), reason="there is a device here")
def test_a_device_that_is_not_there_does_not_work() -> None:
    assert twin("device").works("cpu")
    assert not twin("device").works("cuda")
    assert not twin("device").works("xpu")
