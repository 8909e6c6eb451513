"""Random and adversarial pairs of a base matrix and its update, for the three routes of the detector."""

import ml_dtypes
import numpy as np

from intruders.spectra.updates import LowRank
from intruders.theory.ensembles import haar_frame

DTYPES = (np.float64, np.float64, np.float32, np.float16, ml_dtypes.bfloat16)
BASES = ("gaussian", "trained", "near", "repeated", "orthogonal", "deficient", "decaying", "zero", "heavy")
UPDATES = ("random", "planted", "aligned", "zero", "huge", "half", "cancelling", "dense", "rotation")


def base(kind: str, n: int, m: int, rng) -> np.ndarray:
    """trained: outliers on noise; near and repeated: singular values in close or exact groups; heavy: Student noise."""
    N = min(n, m)
    noise = rng.normal(size=(n, m)) / np.sqrt(m)
    if kind == "gaussian":
        return noise
    if kind == "heavy":
        return rng.standard_t(2.5, size=(n, m)) / np.sqrt(m)
    if kind == "trained":
        k = max(2, N // 8)
        return noise + haar_frame(n, k, rng) * np.linspace(9, 1.5, k) @ haar_frame(m, k, rng).T
    if kind == "near":
        s = np.sort(rng.uniform(0.5, 8, N))[::-1].copy()
        s[1::2] = s[: 2 * (N // 2) : 2] * (1 - 10.0 ** rng.uniform(-14, -2, N // 2))
    else:
        s = {
            "repeated": np.repeat(np.linspace(6, 0.5, -(-N // 3)), 3)[:N],
            "orthogonal": np.ones(N),
            "deficient": np.where(np.arange(N) < N // 2, np.linspace(5, 1, N), 0),
            "decaying": np.exp(-np.arange(N) / N * rng.uniform(1, 14)),
            "zero": np.zeros(N),
        }[kind]
    return haar_frame(n, N, rng) * s @ haar_frame(m, N, rng).T


def update(kind: str, W: np.ndarray, r: int, rng) -> LowRank | np.ndarray:
    """half: a spike whose left vector has a cosine near one half with an old one; cancelling: removes the top one."""
    n, m = W.shape
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    top = max(s[0], 1)
    if kind == "dense":
        return rng.normal(size=(n, m)) / np.sqrt(m) * top * 10.0 ** rng.uniform(-3, 0)
    if kind == "rotation":
        return np.linalg.qr(np.eye(n) + 0.3 * rng.normal(size=(n, n)) / np.sqrt(n))[0] @ W - W
    B, A = rng.normal(size=(n, r)) / np.sqrt(n), rng.normal(size=(r, m)) / np.sqrt(m)
    if kind == "random":
        return LowRank(B, A, top * 10.0 ** rng.uniform(-1.5, 0.7))
    if kind == "huge":
        return LowRank(B, A, top * 10.0 ** rng.uniform(1, 4))
    if kind == "zero":
        return LowRank(np.zeros((n, r)), A, 2.0)
    if kind == "cancelling":
        return LowRank(-U[:, :1] * s[0], Vt[:1], 1.0)
    if kind == "half":
        c = rng.uniform(0.4, 0.6)
        return LowRank(c * U[:, :1] + np.sqrt(1 - c * c) * haar_frame(n, 1, rng), A[:1], top * rng.uniform(1, 5))
    k = min(r, n, m)
    if kind == "planted":
        strengths = np.geomspace(3, 0.1, k)
        return LowRank(haar_frame(n, k, rng) * strengths, haar_frame(m, k, rng).T, top * rng.uniform(0.1, 2))
    chosen = rng.integers(0, min(n, m), size=k)
    return LowRank(U[:, chosen] * rng.uniform(0.1, 2, k), Vt[chosen], top)


def case(seed: int, largest: int = 90) -> dict:
    """Arguments of `detect` and a label, of random kind, shape, type, window and cut-off."""
    rng = np.random.default_rng(seed)
    n, m = (int(size) for size in rng.integers(12, largest, size=2))
    m = n if rng.random() < 0.3 else m
    kinds = str(rng.choice(BASES)), str(rng.choice(UPDATES))
    dtype = DTYPES[rng.integers(len(DTYPES))]
    W = base(kinds[0], n, m, rng)
    dW = update(kinds[1], W, int(rng.choice([1, 2, 4, 8, 16, 30])), rng)
    return {
        "base": W.astype(dtype),
        "update": LowRank(dW.B.astype(dtype), dW.A.astype(dtype), dW.scale)
        if isinstance(dW, LowRank)
        else dW.astype(dtype),
        "top_k": int(rng.choice([1, 3, 5, 10])),
        "eps": float(rng.choice([0.3, 0.5, 0.6, 0.8])),
    }, (seed, *kinds, n, m, np.dtype(dtype).name)
