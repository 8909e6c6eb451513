"""The Stieltjes transform of measured eigenvalues, and the law that they are."""

from dataclasses import dataclass

import numpy as np

from intruders.theory.laws import Law


def sample_stieltjes(z, eigenvalues):
    """g_N(z) = (1/N) sum over i of 1/(z - lambda_i): the transform of one matrix's own spectrum, exact.

    z: number or array, no eigenvalue; eigenvalues: all N of them. Raises ValueError for an empty or non-finite list.
    """
    eigenvalues = np.asarray(eigenvalues, dtype=float)
    if eigenvalues.ndim != 1 or eigenvalues.size == 0 or not np.isfinite(eigenvalues).all():
        raise ValueError(f"eigenvalues must be a list of finite numbers, got shape {eigenvalues.shape}")
    return np.mean(1 / (np.asarray(z)[..., None] - eigenvalues), axis=-1)


@dataclass(frozen=True, eq=False)
class Spectrum(Law):
    """The eigenvalues of one matrix as a law: N atoms of mass 1/N, on a support without density.

    Of the 2 n values s, -s from the singular values of a square W it is the law of the dilation [[0, W], [W', 0]].
    Raises ValueError as `sample_stieltjes` does.
    """

    eigenvalues: np.ndarray

    def __post_init__(self):
        sample_stieltjes(np.inf, self.eigenvalues)

    @property
    def support(self) -> tuple[float, float]:
        return float(np.min(self.eigenvalues)), float(np.max(self.eigenvalues))

    @property
    def atoms(self) -> dict[float, float]:
        places, counts = np.unique(self.eigenvalues, return_counts=True)
        return {float(place): count / len(self.eigenvalues) for place, count in zip(places, counts, strict=True)}

    def pdf(self, x):
        return np.zeros(np.shape(x))

    def cdf(self, x):
        return np.mean(np.asarray(x)[..., None] >= self.eigenvalues, axis=-1)

    def expect(self, f):
        return np.mean(f(np.asarray(self.eigenvalues)), axis=-1)

    def stieltjes(self, z):
        return sample_stieltjes(z, self.eigenvalues)
