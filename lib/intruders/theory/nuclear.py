"""Least squares with a price on the nuclear norm, and the same problem in the factors of a LoRA update.

    convex      min over D of      1/2 sum_i (<X_i, D> - y_i)^2 + price ||D||_*
    factored    min over B, A of   1/2 sum_i (<X_i, B A> - y_i)^2 + price/2 (||B||_F^2 + ||A||_F^2)

X has shape (k, n, m): one n x m matrix for each of k numbers to be fitted, for instance the gradients of K outputs at N
examples, k = K N; y has shape (k,). Both minima agree as soon as the rank of B A may be that of a solution D, because
||D||_* is the least (||B||_F^2 + ||A||_F^2)/2 with B A = D (Recht, Fazel & Parrilo 2010).
"""

import numpy as np

from intruders.theory.arguments import positive


def loss(X: np.ndarray, y: np.ndarray, price: float, D: np.ndarray) -> float:
    """The convex objective at D."""
    residual = np.tensordot(X, D, 2) - y
    return float(residual @ residual / 2 + price * np.linalg.norm(D, "nuc"))


def gap(X: np.ndarray, y: np.ndarray, price: float, D: np.ndarray) -> float:
    """How far D can at most be from the minimum: the objective at D minus that of the dual at its scaled residual.

        max over v with ||sum_i v_i X_i||_2 <= price of    v y - |v|^2/2

    Zero at a minimum only: there the residual y - <X, D> itself is the best v.
    """
    v = y - np.tensordot(X, D, 2)
    v = v * min(1.0, price / max(np.linalg.norm(np.tensordot(v, X, 1), 2), 1e-300))
    return loss(X, y, price, D) - float(v @ y - v @ v / 2)


def solve(X: np.ndarray, y: np.ndarray, price: float, accuracy: float = 1e-9, steps: int = 100_000) -> np.ndarray:
    """A minimum of the convex problem, its objective within `accuracy` * |y|^2/2 of the least: `gap` says so.

    Accelerated proximal gradient steps with a restart where the momentum points uphill (Beck & Teboulle 2009;
    O'Donoghue & Candes 2015): a step of gradient descent, then all singular values fall by price * step and stop at
    zero, so that the rank of what is returned is that of the solution.

    Raises ValueError for shapes that do not fit and a price that is not positive; RuntimeError if `steps` are not
    enough.
    """
    positive("price", price)
    if X.ndim != 3 or y.shape != X.shape[:1]:
        raise ValueError(f"X, y: expected shapes (k, n, m) and (k,), got {X.shape} and {y.shape}")
    step = 1 / np.linalg.norm(X.reshape(len(X), -1), 2) ** 2
    D = ahead = np.zeros(X.shape[1:])
    momentum = 1.0
    for count in range(steps):
        if count % 20 == 0 and gap(X, y, price, D) <= accuracy * (y @ y) / 2:
            return D
        slope = np.tensordot(np.tensordot(X, ahead, 2) - y, X, 1)
        U, s, Vt = np.linalg.svd(ahead - step * slope, full_matrices=False)
        new = (U * np.maximum(s - step * price, 0)) @ Vt
        if np.sum((ahead - new) * (new - D)) > 0:
            momentum, ahead = 1.0, new
        else:
            following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            ahead = new + (momentum - 1) / following * (new - D)
            momentum = following
        D = new
    raise RuntimeError(f"the gap is {gap(X, y, price, D):.1e} after {steps} steps")


def factored(
    X: np.ndarray, y: np.ndarray, price: float, B: np.ndarray, A: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """The factored objective and its gradients with respect to B (n, r) and A (r, m)."""
    residual = np.tensordot(X, B @ A, 2) - y
    slope = np.tensordot(residual, X, 1)
    value = residual @ residual / 2 + price / 2 * (np.sum(B**2) + np.sum(A**2))
    return float(value), slope @ A.T + price * B, B.T @ slope + price * A
