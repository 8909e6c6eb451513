# %% q1 wrong: the intermediate normalisation
v2_along = sp.Integer(0)
# %% q1 wrong: no half
v2_along = -(kappa**2) / delta**2
# %% q1 wrong: the sign of the difference of the shifts
lambda3 = kappa**2 * (a - b) / delta**2
# %% q1 wrong: one power of the gap
lambda3 = kappa**2 * (b - a) / delta**3
# %% q1 wrong: the first sum of the second order alone, no shift of the level itself
lambda3 = kappa**2 * b / delta**2
# %% q1 right: series of the exact solution
e = sp.symbols("e")
gap = delta + e * (a - b)
angle = sp.atan(2 * e * kappa / gap) / 2
v2_along = sp.series(sp.cos(angle), e, 0, 3).removeO().coeff(e, 2)
exact = (e * (a + b) + delta + sp.sqrt(gap**2 + 4 * e**2 * kappa**2)) / 2
lambda3 = sp.series(exact, e, 0, 4).removeO().coeff(e, 3)
# %% q1 right: other assumptions on the symbols
delta, kappa, a, b = sp.symbols("delta kappa a b")
v2_along = -((kappa / delta) ** 2) / 2
lambda3 = (kappa / delta) ** 2 * b - (kappa / delta) ** 2 * a
# %% q2 wrong: no mirror images
push = v * ((n - 1) / (2 * (s - t)) + (m - n) / (2 * s))
# %% q2 wrong: the eigenvalue's formula
push = v * (n - 1) / (s - t)
# %% q2 wrong: nothing outside of V
push = v * (n - 1) * s / (s**2 - t**2)
# %% q2 wrong: no half for what is outside
push = v * ((n - 1) * s / (s**2 - t**2) + (m - n) / s)
# %% q2 wrong: n levels in place of n - 1
push = v * (n * s / (s**2 - t**2) + (m - n) / (2 * s))
# %% q2 wrong: for large matrices and no bulk
push = v * (n + m - 2) / (2 * s)
# %% q2 right: one fraction
push = v * (2 * s**2 * (n - 1) + (m - n) * (s**2 - t**2)) / (2 * s * (s**2 - t**2))
# %% q2 right: gaps to the bulk, its mirror image and the zeros
s, t, n, m, v = sp.symbols("s t n m v")
push = v / 2 * sum(many / gap for many, gap in ((n - 1, s - t), (n - 1, s + t), (m - n, s)))


# %% q3 wrong: the slides' formula
def turn(W, E, k):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    F, others = U.T @ E @ Vt.T, np.arange(len(s)) != k
    return U[:, k], U[:, others] @ (F[others, k] / (s[k] - s[others]))


# %% q3 wrong: nothing leaves the thin basis
def turn(W, E, k):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    F, o = U.T @ E @ Vt.T, np.arange(len(s)) != k
    squares = s[k] ** 2 - s[o] ** 2
    return U[:, k], U[:, o] @ ((s[k] * F[o, k] + s[o] * F[k, o]) / squares)


# %% q3 wrong: the coefficients of the other side
def turn(W, E, k):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    F, o = U.T @ E @ Vt.T, np.arange(len(s)) != k
    angles = (s[o] * F[o, k] + s[k] * F[k, o]) / (s[k] ** 2 - s[o] ** 2)
    return U[:, k], U[:, o] @ angles + (E @ Vt[k] - U @ (U.T @ E @ Vt[k])) / s[k]


# %% q3 wrong: finite differences with a large step
def turn(W, E, k):
    u, new = (np.linalg.svd(X)[0][:, k] for X in (W, W + 1e-2 * E))
    return u, (new * np.sign(new @ u) - u) * 1e2


# %% q3 wrong: eigenvectors of WW' with EE' for its change
def turn(W, E, k):
    U, s, _ = np.linalg.svd(W, full_matrices=False)
    others, u = np.arange(len(s)) != k, U[:, k]
    kicks = U[:, others].T @ E @ E.T @ u
    return u, U[:, others] @ (kicks / (s[k] ** 2 - s[others] ** 2))


# %% q3 right: least squares for the pair of equations, without the other singular vectors
def turn(W, E, k):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    u, v, (n, m) = U[:, k], Vt[k], W.shape
    system = np.block([[s[k] * np.eye(n), -W], [-W.T, s[k] * np.eye(m)]])
    slope = u @ E @ v
    kicked = np.concatenate([E @ v - slope * u, E.T @ u - slope * v])
    return u, np.linalg.lstsq(system, kicked, rcond=1e-9)[0][:n]


# %% q3 right: eigenvectors of the square
def turn(W, E, k):
    levels, vectors = np.linalg.eigh(W @ W.T)
    levels, vectors = levels[::-1], -vectors[:, ::-1]
    others = np.arange(len(levels)) != k
    kicks = vectors[:, others].T @ (W @ E.T + E @ W.T) @ vectors[:, k]
    return vectors[:, k], vectors[:, others] @ (kicks / (levels[k] - levels[others]))


# %% q4 wrong: the ratio turned over
skew_ratio, mean_ratio = (s1 - s2) / (s1 + s2), (s1**2 + s2**2) / (s1 + s2) ** 2
# %% q4 wrong: no cross term
mean_ratio = (s1 + s2) / sp.sqrt(s1**2 + s2**2)
# %% q4 wrong: the formula in print held for right
skew_ratio, mean_ratio = sp.Integer(1), sp.Integer(1)
# %% q4 wrong: the right vector's condition
E_still = np.array([[0, -my_s2], [2, 0]]) / np.hypot(2, my_s2)
# %% q4 wrong: the printed formula does not turn it either
E_still = np.array([[0.0, 1.0], [0.0, 0.0]])
# %% q4 wrong: somebody else's numbers
E_still = np.array([[0, -2], [my_s2 + 0.2, 0]]) / np.hypot(2, my_s2 + 0.2)
# %% q4 right: from the coefficients
F12, F21 = sp.symbols("F12 F21")
true = (s1 * F21 + s2 * F12) / (s1**2 - s2**2)
printed = F21 / (s1 - s2)
skew_ratio = sp.simplify((printed / true).subs(F12, -F21))
mean_ratio = printed.diff(F21) ** 2 / (true.diff(F21) ** 2 + true.diff(F12) ** 2)
kick = np.array([-my_s2, 2.0])
E_still = [[0.0, kick[1] / np.linalg.norm(kick)], [kick[0] / np.linalg.norm(kick), 0.0]]


# %% q5 wrong: the formula for a square matrix
def loudest(theta, sigma, c, eps):
    tau = np.sqrt((1 - eps**2) * ((theta / sigma) ** 2 - 1))
    return tau, tau


my_tau = loudest(my_theta, 0.5, 4.0, 0.5)[0]
# %% q5 wrong: sides exchanged
before = loudest


def loudest(theta, sigma, c, eps):
    return before(theta, sigma, c, eps)[::-1]


# %% q5 wrong: the louder scale for tau
before_scale = loudest


def loudest(theta, sigma, c, eps):
    left, right = before_scale(theta, sigma, c, eps)
    return np.sqrt(1 + left**2), np.sqrt(1 + right**2)


# %% q5 wrong: eps is the squared cosine
before_square = loudest


def loudest(theta, sigma, c, eps):
    return before_square(theta, sigma, c, np.sqrt(eps))


# %% q5 wrong: sigma forgotten
before_sigma = loudest


def loudest(theta, sigma, c, eps):
    return before_sigma(theta, 1.0, c, eps)


# %% q5 wrong: overlap with the spike, not with the old vector
def loudest(theta, sigma, c, eps):
    x2, taus = (theta / sigma) ** 2, []
    for side in (c, 1.0):
        linear = eps**2 * side * x2
        y = (np.sqrt(linear**2 + 4 * c * (1 - eps**2) * x2**2) - linear) / (2 * c)
        taus.append(float(np.sqrt(y - 1)))
    return tuple(taus)


# %% q5 wrong: the right vector's number
my_tau = loudest(my_theta, 0.5, 4.0, 0.5)[1]
# %% q5 wrong: somebody else's number
my_tau = loudest(1.45, 0.5, 4.0, 0.5)[0]


# %% q5 right: a root of the overlap, by bisection
def loudest(theta, sigma, c, eps):
    def overlap(scale, side):
        x2 = (theta / scale) ** 2
        return (x2**2 - c) / (x2 * (x2 + (c, 1)[side]))

    found = []
    for side in (0, 1):
        low, high = 0.0, np.sqrt(theta**2 / (sigma**2 * np.sqrt(c)) - 1)
        for _ in range(80):
            middle = (low + high) / 2
            share = overlap(sigma * np.hypot(1, middle), side) / overlap(sigma, side)
            low, high = (middle, high) if share > eps**2 else (low, middle)
        found.append(low)
    return found


my_tau = loudest(my_theta, 0.5, 4.0, 0.5)[0]


# %% q6 wrong: the variance of the error as if it were the step's square
def expected_rounded(theta, h):
    return max(0.0, (theta**2 - 1 - h**2) / (theta**2 - 1))


# %% q6 wrong: overlap with the spike
def expected_rounded(theta, h):
    return max(0.0, 1 - (1 + h**2 / 12) / theta**2)


# %% q6 wrong: errors of half a step on average
def expected_rounded(theta, h):
    return max(0.0, (theta**2 - 1 - h**2 / 4) / (theta**2 - 1))


# %% q6 wrong: the formula in place of a simulation
def rounded(n, theta, h, draws, rng):
    return expected_rounded(theta, h), 0.3 / np.sqrt(n * draws)


# %% q6 wrong: cosines, not their squares
def rounded(n, theta, h, draws, rng):
    seen, step = np.empty(draws), h / np.sqrt(n)
    for k in range(draws):
        u, v = (one / np.linalg.norm(one) for one in rng.normal(size=(2, n)))
        W = rng.normal(size=(n, n)) / np.sqrt(n) + theta * np.outer(u, v)
        old, new = np.linalg.svd([W, step * np.round(W / step)])[0][:, :, 0]
        seen[k] = abs(old @ new)
    return float(seen.mean()), float(seen.std(ddof=1) / np.sqrt(draws))


# %% q6 wrong: with the spike in place of the old vector
def rounded(n, theta, h, draws, rng):
    seen, step = np.empty(draws), h / np.sqrt(n)
    for k in range(draws):
        u, v = (one / np.linalg.norm(one) for one in rng.normal(size=(2, n)))
        W = rng.normal(size=(n, n)) / np.sqrt(n) + theta * np.outer(u, v)
        seen[k] = (u @ np.linalg.svd(step * np.round(W / step))[0][:, 0]) ** 2
    return float(seen.mean()), float(seen.std(ddof=1) / np.sqrt(draws))


# %% q6 wrong: rounding down
def rounded(n, theta, h, draws, rng):
    seen, step = np.empty(draws), h / np.sqrt(n)
    for k in range(draws):
        u, v = (one / np.linalg.norm(one) for one in rng.normal(size=(2, n)))
        W = rng.normal(size=(n, n)) / np.sqrt(n) + theta * np.outer(u, v)
        old, new = np.linalg.svd([W, step * np.floor(W / step)])[0][:, :, 0]
        seen[k] = (old @ new) ** 2
    return float(seen.mean()), float(seen.std(ddof=1) / np.sqrt(draws))


# %% q6 wrong: the standard deviation for the standard error
def rounded(n, theta, h, draws, rng):
    seen, step = np.empty(draws), h / np.sqrt(n)
    for k in range(draws):
        u, v = (one / np.linalg.norm(one) for one in rng.normal(size=(2, n)))
        W = rng.normal(size=(n, n)) / np.sqrt(n) + theta * np.outer(u, v)
        old, new = np.linalg.svd([W, step * np.round(W / step)])[0][:, :, 0]
        seen[k] = (old @ new) ** 2
    return float(seen.mean()), float(seen.std(ddof=1))


# %% q6 wrong: a generator of its own
def rounded(n, theta, h, draws, rng):
    rng = np.random.default_rng(5)
    seen, step = np.empty(draws), h / np.sqrt(n)
    for k in range(draws):
        u, v = (one / np.linalg.norm(one) for one in rng.normal(size=(2, n)))
        W = rng.normal(size=(n, n)) / np.sqrt(n) + theta * np.outer(u, v)
        old, new = np.linalg.svd([W, step * np.round(W / step)])[0][:, :, 0]
        seen[k] = (old @ new) ** 2
    return float(seen.mean()), float(seen.std(ddof=1) / np.sqrt(draws))


# %% q6 right: eigenvectors of WW', in units of a standard deviation
def expected_rounded(theta, h):
    louder = 1 + h * h / 12
    return (theta**2 - louder) / (theta**2 - 1) if theta**2 > louder else 0.0


def rounded(n, theta, h, draws, rng):
    from scipy.linalg import eigh

    def leading(W):
        return eigh(W @ W.T, subset_by_index=[n - 1, n - 1])[1][:, 0]

    values = []
    for _ in range(draws):
        noise = rng.standard_normal((n, n))  # in units of a standard deviation
        u, v = rng.standard_normal(n), rng.standard_normal(n)
        W = noise + theta * np.sqrt(n) * np.outer(u, v) / np.sqrt((u @ u) * (v @ v))
        values.append(np.dot(leading(W), leading(h * np.rint(W / h))) ** 2)
    return np.mean(values), np.std(values) / np.sqrt(draws - 1)


# %% q7 wrong: the same numbers twice
def measured_cosine(N, tau, rng):
    X = rng.normal(size=(N, N)) / np.sqrt(2 * N)
    W0 = X + X.T
    largest = np.abs(np.linalg.eigh(W0)[1].T @ np.linalg.eigh(W0 + tau * W0)[1]).max(axis=0)
    return float(np.median(largest[N // 3 : N - N // 3]))


# %% q7 wrong: each vector with the old one of its own number
def measured_cosine(N, tau, rng):
    noise = rng.normal(size=(2, N, N)) / np.sqrt(2 * N)
    W0, X = noise + noise.transpose(0, 2, 1)
    old, new = np.linalg.eigh([W0, W0 + tau * X])[1]
    cosines = np.abs(np.sum(old * new, axis=0))
    return float(np.median(cosines[N // 3 : N - N // 3]))


# %% q7 wrong: squared
def measured_cosine(N, tau, rng):
    noise = rng.normal(size=(2, N, N)) / np.sqrt(2 * N)
    W0, X = noise + noise.transpose(0, 2, 1)
    old, new = np.linalg.eigh([W0, W0 + tau * X])[1]
    largest = ((old.T @ new) ** 2).max(axis=0)
    return float(np.median(largest[N // 3 : N - N // 3]))


# %% q7 wrong: an update of another scale
def measured_cosine(N, tau, rng):
    noise = rng.normal(size=(2, N, N)) / np.sqrt(2 * N)
    W0, X = noise + noise.transpose(0, 2, 1)
    old, new = np.linalg.eigh([W0, W0 + tau * X / np.sqrt(2)])[1]
    largest = np.abs(old.T @ new).max(axis=0)
    return float(np.median(largest[N // 3 : N - N // 3]))


# %% q7 wrong: the prediction in place of a measurement
def measured_cosine(N, tau, rng):
    return min(1.0, predicted_cosine(N, tau)) if tau > 1e-3 else 1.0


# %% q7 wrong: a generator of its own
def measured_cosine(N, tau, rng):
    noise = np.random.default_rng(1).normal(size=(2, N, N)) / np.sqrt(2 * N)
    W0, X = noise + noise.transpose(0, 2, 1)
    old, new = np.linalg.eigh([W0, W0 + tau * X])[1]
    largest = np.abs(old.T @ new).max(axis=0)
    return float(np.median(largest[N // 3 : N - N // 3]))


# %% q7 wrong: the density of the old noise
def predicted_cosine(N, tau):
    from intruders.theory.cosines import median_max_cosine

    x = Semicircle().ppf((np.arange(N) + 0.5) / N)
    return float(median_max_cosine(tau**2 / (x**2 + tau**4) / N))


# %% q7 wrong: twice the width
def predicted_cosine(N, tau):
    from intruders.theory.cosines import median_max_cosine

    x = Semicircle().ppf((np.arange(N) + 0.5) / N)
    variances = tau**2 / (x**2 + 4 * tau**4 / (1 + tau**2)) / N
    return float(median_max_cosine(variances))


# %% q7 wrong: the square root of the largest variance
def predicted_cosine(N, tau):
    x = Semicircle().ppf((np.arange(N) + 0.5) / N)
    return float(np.sqrt((tau**2 / (x**2 + tau**4 / (1 + tau**2)) / N).max()))


# %% q7 wrong: as if each had variance 1/N
def predicted_cosine(N, tau):
    from scipy.special import erfinv

    return float(erfinv(0.5 ** (1 / N)) * np.sqrt(2 / N))


# %% q7 right: by the transform, logarithms and bisection; sums of nine normal numbers for entries
def measured_cosine(N, tau, rng):
    def goe():
        X = rng.standard_normal((9, N, N)).sum(axis=0) / 3
        return (X + X.T) / np.sqrt(2 * N)

    W0 = goe()
    old, new = np.linalg.eigh(W0)[1], np.linalg.eigh(W0 + tau * goe())[1]
    rows = np.abs(new[:, N // 3 : 2 * N // 3].T @ old)
    return np.quantile(rows.max(axis=1), 0.5)


def predicted_cosine(N, tau):
    from scipy.special import ndtr

    louder = Semicircle(np.sqrt(1 + tau**2))
    zeta = -(tau**2) * louder.stieltjes(0.0)
    x = Semicircle().ppf((np.arange(N) + 0.5) / N)
    profile = -np.imag(1 / (zeta - x)) / (np.pi * louder.pdf(0.0))
    spread, low, high = np.sqrt(profile / N), 0.0, 50.0
    for _ in range(60):
        eps = (low + high) / 2
        inside = np.log(2 * ndtr(eps / spread) - 1).sum()
        low, high = (eps, high) if inside < np.log(0.5) else (low, eps)
    return low
