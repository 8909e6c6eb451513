"""Before training: how large alpha may be until LoRA's largest spike is visible in each matrix of a base model."""

import os
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import numpy as np

from intruders.spectra import checkpoints
from intruders.spectra.journal import Journal
from intruders.spectra.scan import versions
from intruders.spectra.survey import Progress, natural, survey
from intruders.theory.arguments import size
from intruders.theory.bbp import half_probability, strength_at, threshold
from intruders.theory.laws import Empirical

SCALINGS = {"alpha_over_r": 1.0, "alpha_over_sqrt_r": 0.5}


def product_edge(n: int, m: int, r: int) -> float:
    """The largest singular value of B A, B n x r of entries N(0, 1/n) and A r x m of entries N(0, 1/m), as all grow.

        edge^2 = min over z > 0 of (1 + z)(1 + (r/n) z)(1 + (r/m) z)/z

    The squares are the eigenvalues of B'B AA' besides zeros, two free Marchenko-Pastur laws of ratios r/n and r/m and
    mean 1: their S-transforms 1/(1 + (r/n) z) and 1/(1 + (r/m) z) multiply (Burda, Jarosz, Livan, Nowak & Swiech 2010;
    Penson & Zyczkowski 2011 for square ones). 1 for r << n, m. At finite size the mean lies below the edge: simulated
    at n = m = 1024, by 4.5 per cent for r = 1 (in general by the factor 1 + sqrt(1/n + 1/m), as the norms of the two
    vectors are 1), 2.4 for r = 8 and 1.4 for r = 64, so that what is concluded from it is on the safe side.
    Raises ValueError unless the sizes are positive integers.
    """
    for name, value in (("n", n), ("m", m), ("r", r)):
        size(name, value)
    a, b = r / n, r / m
    roots = np.roots([2 * a * b, a + b + a * b, 0, -1])  # of z^2 times the derivative: one is positive
    z = max(roots.real[np.abs(roots.imag) < 1e-9 * np.abs(roots)])
    return float(np.sqrt((1 + z) * (1 + a * z) * (1 + b * z) / z))


def budget(
    base: str | Path,
    rank: int,
    *,
    top_k: int = 10,
    eps: float | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    path: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> dict:
    """For every matrix of a base model: what `intruders budget --json` writes.

    detachment  the strength above which a spike leaves the bulk, visibility: reaches the top_k-th singular value
    even_odds   with eps, on the left: the strength at which a spike is as likely an intruder as not
    orthonormal, gaussian   the alpha at which the largest spike of factors of this rank reaches visibility, for a scale
                alpha/r and one of alpha/sqrt r: B'B = AA' = 1, where all spikes are equal, and entries N(0, 1/n) of B
                and N(0, 1/m) of A, where the largest is `product_edge`

    None where a matrix has no bulk to speak of, or fewer than `rank` rows or columns for orthonormal factors. The other
    arguments are those of `scan`. Raises ValueError and OSError where nothing can begin.
    """
    size("rank", rank)
    size("top_k", top_k)
    if eps is not None and not 0 < eps < 1:
        raise ValueError(f"eps must lie between 0 and 1, got {eps}")
    if resume and path is None:
        raise ValueError("resume needs the path of the interrupted budget")
    settings = {"rank": rank, "top_k": top_k, "eps": eps} | versions()
    matrices, skipped = checkpoints.matrices(os.path.abspath(base) if os.path.exists(base) else base)
    matrices = sorted(matrices, key=lambda matrix: natural(matrix.name))
    header = {"schema": 1, "base": str(base), "settings": settings}
    call = partial(allowance, rank=rank, top_k=top_k, eps=eps)

    def result(layers, failed):
        return {**header, "layers": layers, "skipped": [{"name": one.name, "why": one.why} for one in skipped] + failed}

    if path is None:
        return result(*survey(call, matrices, None, jobs, executor, progress))
    with Journal(Path(path), header, matrices, resume, expected=1000) as journal:
        found = result(*survey(call, matrices, journal, jobs, executor, progress))
        journal.finish(found)
    return found


def allowance(matrix, *, rank: int, top_k: int, eps: float | None) -> dict:
    """The record of one matrix."""
    W0 = matrix.load()
    n, m = W0.shape
    with np.errstate(all="ignore"):
        values = np.linalg.svd(W0, compute_uv=False)
        bulk = Empirical(values.astype(float), (n, m))
        detachment = _or_none(lambda: threshold(bulk))
        visibility = _or_none(lambda: strength_at(float(values[min(top_k, n, m) - 1]), bulk))
        odds = {} if eps is None else {"even_odds": _or_none(lambda: half_probability(bulk, n, eps))}
    return {
        "name": matrix.name,
        "shape": [n, m],
        "detachment": detachment,
        "visibility": visibility,
        **odds,
        "orthonormal": _largest_alpha(visibility if rank <= min(n, m) else None, rank, 1.0),
        "gaussian": _largest_alpha(visibility, rank, product_edge(n, m, rank)),
    }


def _largest_alpha(visibility, rank, edge) -> dict[str, float | None]:
    return {name: None if visibility is None else rank**power * visibility / edge for name, power in SCALINGS.items()}


def _or_none(value):
    try:
        value = float(value())
    except (ValueError, ArithmeticError):
        return None
    return value if np.isfinite(value) else None
