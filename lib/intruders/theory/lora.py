"""The first steps of LoRA: how far gradient descent and Adam move the layer's output at rank r.

The update is scale * B A, B n x r and A r x m; training starts at B = 0 and A of independent entries N(0, 1/m). G is
the n x m gradient of the loss with respect to the layer's weight and g one of its rows, `cosine` its cosine with the
input x.
"""

from collections.abc import Callable, Iterator
from itertools import count

import numpy as np

from intruders.theory.arguments import positive, size

Gradients = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""The gradients of a loss with respect to B and A, in the shapes of B and A."""


def gradient_step(r: int, scale: float, cosine: float) -> float:
    """The root mean square, over A, of one output's change by the first step of gradient descent.

        scale^2 sqrt(r + r (r + 1) cosine^2)      in units of rate |g| |x|/m

    The step is B = -rate scale G A', so that the output moves by -rate scale^2 g A'A x, a sum of r independent terms
    (g a)(a x). Exact for every r and m. Raises ValueError for a rank below 1, a scale that is not positive and a cosine
    outside [-1, 1].
    """
    _check(r, scale, cosine)
    return float(scale**2 * np.sqrt(r + r * (r + 1) * cosine**2))


def adam_step(r: int, scale: float, cosine: float) -> float:
    """The same for the first step of Adam (Kingma & Ba 2014), which moves every entry of B by the rate.

        scale sqrt(r + r (r - 1) (2/pi) cosine^2)      in units of rate |x|/sqrt(m)

    The step is B = -rate sign(G A'): r independent terms sign(g a)(a x) of mean sqrt(2/pi) cosine |x|/sqrt(m). Exact
    but for Adam's epsilon. Raises ValueError as `gradient_step`.
    """
    _check(r, scale, cosine)
    return float(scale * np.sqrt(r + r * (r - 1) * (2 / np.pi) * cosine**2))


def descend(
    gradients: Gradients, B: np.ndarray, A: np.ndarray, rates: tuple[float, float], adam: bool = False
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """B and A after 1, 2, ... steps of gradient descent, or of Adam with its usual constants .9, .999 and 1e-8.

    rates: of B and of A. The pairs are new arrays. The first step raises ValueError for a rate that is not positive.
    """
    for name, rate in zip(("rate of B", "rate of A"), rates, strict=True):
        positive(name, rate)
    means, squares = [0.0, 0.0], [0.0, 0.0]
    for step in count(1):
        moves = gradients(B, A)
        if adam:
            means = [0.9 * mean + 0.1 * g for mean, g in zip(means, moves, strict=True)]
            squares = [0.999 * square + 0.001 * g**2 for square, g in zip(squares, moves, strict=True)]
            moves = [
                mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
                for mean, square in zip(means, squares, strict=True)
            ]
        B, A = B - rates[0] * moves[0], A - rates[1] * moves[1]
        yield B, A


def _check(r: int, scale: float, cosine: float) -> None:
    size("r", r)
    positive("scale", scale)
    if not -1 <= cosine <= 1:
        raise ValueError(f"cosine must lie between -1 and 1, got {cosine}")
