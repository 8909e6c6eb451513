"""Tracy-Widom laws from Painlevé II with fifty digits: an oracle that shares nothing with the determinants."""

from mpmath import airyai, cosh, exp, mp, mpf, sinh, sqrt

START, STEP, ORDER = 16, mpf(1) / 4, 40


def tracy_widom(beta: int, points) -> dict[float, tuple[float, float]]:
    """s -> F_beta(s) and its derivative, in the convention of `intruders.theory.laws.TracyWidom`.

    With q the Hastings-McLeod solution of q'' = s q + 2 q^3, q ~ Ai(s), Q = integral of q from s to oo, K the same of
    q^2, J of K: F_1 = exp(-(Q + J)/2), F_2 = exp(-J), F_4(s/sqrt2) = cosh(Q/2) exp(-J/2) (Tracy & Widom 1994, 1996).
    """
    with mp.workdps(50):
        scale = sqrt(mpf(2)) if beta == 4 else mpf(1)
        solution = _hastings_mcleod([mpf(float(s)) * scale for s in points])
        values = {}
        for s, (q, Q, K, J) in zip(sorted(points, reverse=True), solution, strict=True):
            if beta == 1:
                F = exp(-(Q + J) / 2)
                slope = F * (q + K) / 2
            elif beta == 2:
                F = exp(-J)
                slope = F * K
            else:
                F = cosh(Q / 2) * exp(-J / 2)
                slope = scale * (F * K / 2 - sinh(Q / 2) * exp(-J / 2) * q / 2)
            values[s] = float(F), float(slope)
        return values


def _hastings_mcleod(points):
    """q, Q, K and J at the points, in falling order, by Taylor steps from the Airy function at s = 16.

    An error at the start grows like exp(.94 |s|^1.5): with fifty digits there are thirty left at s = -10.
    """
    s, q, p = mpf(START), airyai(START), airyai(START, derivative=1)
    Q, K = mpf(1) / 3 - airyai(START, derivative=-1), p**2 - s * q**2
    J = (2 * s * s * q * q - 2 * s * p * p - q * p) / 3
    for target in sorted(points, reverse=True):
        while s > target:
            h = max(-STEP, target - s)
            a, square = [q, p], []
            for k in range(ORDER):
                square.append(sum(a[i] * a[k - i] for i in range(k + 1)))
                cube = sum(square[i] * a[k - i] for i in range(k + 1))
                a.append((s * a[k] + (a[k - 1] if k else 0) + 2 * cube) / ((k + 1) * (k + 2)))
            J -= K * h - sum(c * h ** (k + 2) / ((k + 1) * (k + 2)) for k, c in enumerate(square))
            Q -= sum(a[k] * h ** (k + 1) / (k + 1) for k in range(ORDER))
            K -= sum(c * h ** (k + 1) / (k + 1) for k, c in enumerate(square))
            q, p = sum(c * h**k for k, c in enumerate(a)), sum(k * c * h ** (k - 1) for k, c in enumerate(a) if k)
            s += h
        yield q, Q, K, J
