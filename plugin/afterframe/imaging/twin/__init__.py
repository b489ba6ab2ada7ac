"""The functions of ``imaging`` in torch, for pixels that stay on a GPU.

A module here has the name of its twin, its functions have the names of theirs, and tensors the
layout of the arrays there: (h, w) or (h, w, c). Nothing outside this package imports torch, and
this package is imported only where ``Context.device`` is not ``cpu``.

Only what every backend of torch has is used (gather and arithmetic, no ``grid_sample``, whose
cubic kernel some lack), and no matrix product or convolution, which some cards do in 19 bits.
Tolerances stand in ``tests/torch``.
"""
