# %% q1 wrong: the numbers, without the gauge
reach, my_reach = n * q + m * p, my_n * my_r + my_m * my_P
# %% q1 wrong: the gauge of the full factors
reach = n * q + m * p - q**2
# %% q1 wrong: the sides exchanged
reach = n * p + m * q - p * q
# %% q1 wrong: as if it were still at the start
my_reach = my_n * my_r
# %% q1 wrong: as if the factors had full rank
my_reach = my_r * (my_n + my_m - my_r)
# %% q1 wrong: somebody else's layer
my_reach = 10 * 100 + 4 * 60 - 4 * 10 + (1 if my_n == 100 else 0)
# %% q1 right: two spaces and what they share; a Jacobian for the number
reach = n * m - (n - p) * (m - q)
rng = np.random.default_rng(0)
A_ = rng.normal(size=(my_r, my_m))
B_ = rng.normal(size=(my_n, my_P)) @ rng.normal(size=(my_P, my_m)) @ A_.T
ranks = [int(np.linalg.matrix_rank(factor)) for factor in (B_, A_)]
my_reach = int(reach.subs({n: my_n, m: my_m, p: ranks[0], q: ranks[1]}))
# %% q2 wrong: gamma once
descent_B = gamma * m * sp.sqrt((n + r + 1) / r)
# %% q2 wrong: the mean of the square for the square of the mean
descent_B = gamma**2 * m
# %% q2 wrong: entries of B of variance one
descent_B = gamma**2 * m * sp.sqrt(r * (n + r + 1))
# %% q2 wrong: independent terms only
adam_B = gamma * m * sp.sqrt(n)
# %% q2 wrong: the variance of the other factor
adam_B = gamma * m * sp.sqrt(n + (r - 1) * 2 / sp.pi) * sp.sqrt(r / n)
# %% q2 wrong: rows for columns
descent_B = gamma**2 * n * sp.sqrt((m + r + 1) / r)
# %% q2 wrong: the law of the chapter, for every output the same
adam_B = gamma * sp.sqrt(n) * sp.sqrt(r + r * (r - 1) * 2 / sp.pi)
# %% q2 wrong: the powers of the usual start
power_descent, power_adam = -sp.Rational(1, 2), -1
# %% q2 wrong: rank-stabilised for both
power_descent = power_adam = -0.5
# %% q2 wrong: the powers of the step for those of gamma
power_descent, power_adam = -0.5, 0
# %% q2 right: squared out
r, n = sp.symbols("r n")
descent_B = m * sp.sqrt(gamma**4 * (1 + n / r + 1 / r))
adam_B = gamma * m * sp.sqrt((n * r + 2 * r * (r - 1) / sp.pi) / r)
power_descent, power_adam = 0.25, 0.0


# %% q3 wrong: the scale after the core
def thin_svd(adapters):
    left, R_B = np.linalg.qr(np.hstack([B for B, A, scale in adapters]))
    right, R_A = np.linalg.qr(np.vstack([A for B, A, scale in adapters]).T)
    U, s, Vt = np.linalg.svd(R_B @ R_A.T, full_matrices=False)
    return left @ U, s * adapters[0][2], right @ Vt.T


# %% q3 wrong: written out
def thin_svd(adapters):
    dense = sum(scale * B @ A for B, A, scale in adapters)
    U, s, Vt = np.linalg.svd(dense, full_matrices=False)
    K = min(len(s), sum(A.shape[0] for B, A, scale in adapters))
    return U[:, :K], s[:K], Vt[:K].T


# %% q3 wrong: by Gram matrices
def thin_svd(adapters):
    left, R_B = np.linalg.qr(np.hstack([scale * B for B, A, scale in adapters]))
    right, R_A = np.linalg.qr(np.vstack([A for B, A, scale in adapters]).T)
    core = R_B @ R_A.T
    w, V = np.linalg.eigh(core.T @ core)
    K = min(core.shape)
    s, V = np.sqrt(np.maximum(w[::-1][:K], 0)), V[:, ::-1][:, :K]
    U, R = np.linalg.qr(core @ V)
    return left @ (U * np.where(np.diag(R) < 0, -1, 1)), s, right @ V


# %% q3 wrong: factors added
def thin_svd(adapters):
    ranks = max(len(A) for B, A, scale in adapters)
    n, m = len(adapters[0][0]), adapters[0][1].shape[1]
    B, A = np.zeros((n, ranks)), np.zeros((ranks, m))
    for one, two, scale in adapters:
        B[:, : len(two)] += scale * one
        A[: len(two)] += two
    left, R_B = np.linalg.qr(B)
    right, R_A = np.linalg.qr(A.T)
    U, s, Vt = np.linalg.svd(R_B @ R_A.T, full_matrices=False)
    return left @ U, s, right @ Vt.T


# %% q3 wrong: the values of each adapter
def thin_svd(adapters):
    parts = []
    for B, A, scale in adapters:
        left, R_B = np.linalg.qr(B)
        right, R_A = np.linalg.qr(A.T)
        U, s, Vt = np.linalg.svd(scale * R_B @ R_A.T, full_matrices=False)
        parts.append((left @ U, s, right @ Vt.T))
    U, s, V = (np.concatenate(one, axis=-1) for one in zip(*parts, strict=True))
    order = np.argsort(-s)
    return U[:, order], s[order], V[:, order]


# %% q3 wrong: vectors from a division by the values
def thin_svd(adapters):
    B = np.hstack([scale * B for B, A, scale in adapters])
    A = np.vstack([A for B, A, scale in adapters])
    Q, R = np.linalg.qr(A.T)
    K = min(len(B), A.shape[1], len(A))
    half = B @ R.T
    s, Vt = np.linalg.svd(np.linalg.qr(half)[1], full_matrices=False)[1:]
    return (half @ Vt.T / np.maximum(s, 1e-300))[:, :K], s[:K], (Q @ Vt.T)[:, :K]


# %% q3 right: one factorisation
def thin_svd(adapters):
    B = np.concatenate([g * B for B, _, g in adapters], axis=1)
    A = np.concatenate([A for _, A, _ in adapters])
    Q, R = np.linalg.qr(B)
    U, s, Vt = np.linalg.svd(R @ A, full_matrices=False)
    return Q @ U, s, Vt.T


# %% q3 right: by the library
def thin_svd(adapters):
    from intruders.spectra.updates import LowRank

    B = np.hstack([scale * B for B, A, scale in adapters])
    return LowRank(B, np.vstack([A for B, A, scale in adapters])).svd


# %% q4 wrong: all values and not the missed ones
worst = sp.sqrt(N) / sp.sqrt(r + 1)
# %% q4 wrong: the number for its root
worst = N - r
# %% q4 wrong: one too many
worst = sp.sqrt(N - r + 1)
# %% q4 wrong: the printed formula for both
my_ranks = (my_ranks[1], my_ranks[1])
# %% q4 wrong: the squares without a root
share = np.array([np.sum(falling[k:] ** 2) for k in range(385)]) / norm**2
my_ranks = (int(np.argmax(share <= 0.2)), my_ranks[1])
# %% q4 wrong: one rank too many
my_ranks = tuple(rank + 1 for rank in my_ranks)
# %% q4 wrong: the sums relative to the sum
sums = np.array([falling[k:].sum() for k in range(385)])
my_ranks = (my_ranks[0], int(np.argmax(sums <= 0.2 * falling.sum())))
# %% q4 right: by cumulative sums from the end
N, r = sp.symbols("N r")
worst = (N - r) / (N - r) ** sp.Rational(1, 2)
s = np.arange(1.0, 385.0) ** -my_beta
tails = np.sqrt(np.cumsum(s[::-1] ** 2)[::-1]), np.cumsum(s[::-1])[::-1]
my_ranks = [int(np.sum(tail > 0.2 * np.linalg.norm(s))) for tail in tails]


# %% q5 wrong: places from zero
def newcomers(W0, W, k, eps, side):
    old, new = (np.linalg.svd(M, full_matrices=False) for M in (W0, W))
    products = old[0].T @ new[0] if side == "left" else old[2] @ new[2].T
    largest = np.abs(products).max(axis=0)[:k]
    return [int(i) for i in np.flatnonzero(largest < eps)]


# %% q5 wrong: only the leading old directions
def newcomers(W0, W, k, eps, side):
    if side == "right":
        W0, W = W0.T, W.T
    old, new = (np.linalg.svd(M, full_matrices=False)[0][:, :k] for M in (W0, W))
    largest = np.abs(old.T @ new).max(axis=0)
    return [int(i) + 1 for i in np.flatnonzero(largest < eps)]


# %% q5 wrong: the largest over the new ones
def newcomers(W0, W, k, eps, side):
    if side == "right":
        W0, W = W0.T, W.T
    old, new = (np.linalg.svd(M, full_matrices=False)[0] for M in (W0, W))
    largest = np.abs(old.T @ new).max(axis=1)[:k]
    return [int(i) + 1 for i in np.flatnonzero(largest < eps)]


# %% q5 wrong: directions that are none
def newcomers(W0, W, k, eps, side):
    if side == "right":
        W0, W = W0.T, W.T
    old, new = (np.linalg.svd(M)[0] for M in (W0, W))
    largest = np.abs(old.T @ new[:, :k]).max(axis=0)
    return [int(i) + 1 for i in np.flatnonzero(largest < eps)]


# %% q5 wrong: columns of V'
def newcomers(W0, W, k, eps, side):
    old, new = (np.linalg.svd(M, full_matrices=False) for M in (W0, W))
    if side == "left":
        largest = np.abs(old[0].T @ new[0][:, :k]).max(axis=0)
    else:
        largest = np.abs(old[2].T @ new[2][:, :k]).max(axis=0)
    return [int(i) + 1 for i in np.flatnonzero(largest < eps)]


# %% q5 wrong: signs kept
def newcomers(W0, W, k, eps, side):
    if side == "right":
        W0, W = W0.T, W.T
    old, new = (np.linalg.svd(M, full_matrices=False)[0] for M in (W0, W))
    largest = (old.T @ new[:, :k]).max(axis=0)
    return [int(i) + 1 for i in np.flatnonzero(largest < eps)]


# %% q5 wrong: always ten at one half on the left
def newcomers(W0, W, k, eps, side):
    old, new = (np.linalg.svd(M, full_matrices=False)[0] for M in (W0, W))
    largest = np.abs(old.T @ new[:, :10]).max(axis=0)
    return [int(i) + 1 for i in np.flatnonzero(largest < 0.5)]


# %% q5 wrong: each beside the old one of the same place
def newcomers(W0, W, k, eps, side):
    if side == "right":
        W0, W = W0.T, W.T
    old, new = (np.linalg.svd(M, full_matrices=False)[0] for M in (W0, W))
    same_place = np.abs(np.sum(old * new, axis=0))[:k]
    return [int(i) + 1 for i in np.flatnonzero(same_place < eps)]


# %% q5 wrong: the squared cosine
def newcomers(W0, W, k, eps, side):
    if side == "right":
        W0, W = W0.T, W.T
    old, new = (np.linalg.svd(M, full_matrices=False)[0] for M in (W0, W))
    largest = ((old.T @ new[:, :k]) ** 2).max(axis=0)
    return [int(i) + 1 for i in np.flatnonzero(largest < eps)]


# %% q5 wrong: a window that is one too short
def newcomers(W0, W, k, eps, side):
    if side == "right":
        W0, W = W0.T, W.T
    old, new = (np.linalg.svd(M, full_matrices=False)[0] for M in (W0, W))
    largest = np.abs(old.T @ new[:, : k - 1]).max(axis=0)
    return [int(i) + 1 for i in np.flatnonzero(largest < eps)]


# %% q5 right: by eigenvectors
def newcomers(W0, W, k, eps, side):
    N, found = min(W.shape), []
    square = (lambda M: M @ M.T) if side == "left" else (lambda M: M.T @ M)
    old = np.linalg.eigh(square(W0))[1][:, -N:]
    new = np.linalg.eigh(square(W))[1]
    for place in range(1, k + 1):
        if all(abs(old[:, i] @ new[:, -place]) < eps for i in range(N)):
            found.append(place)
    return found


# %% q5 right: by the library
def newcomers(W0, W, k, eps, side):
    from intruders.spectra.detect import detect

    report = detect(W0, W - W0, top_k=k, eps=eps, side=side, route="dense")
    return [place for place, new in enumerate(report.intruders(side=side), 1) if new]


# %% q6 wrong: the law for large n
def chance_mean(n, N):
    from intruders.theory.cosines import max_cosine_cdf

    eps = np.linspace(0, 1, 20001)
    return float(np.trapezoid(1 - max_cosine_cdf(eps, np.full(N, 1 / n)), eps))


# %% q6 wrong: of large Gaussian numbers over the root of n
def chance_mean(n, N):
    from scipy.special import erf

    t = np.linspace(0, 12, 20001)
    return float(np.trapezoid(1 - erf(t / 2**0.5) ** N, t) / n**0.5)


# %% q6 wrong: the order of the maximum
def chance_mean(n, N):
    return float(min(1, np.sqrt(2 * np.log(N + 0.0) / n))) if N > 1 else 1.0 / n


# %% q6 wrong: as many old directions as dimensions
def chance_mean(n, N):
    from scipy.special import erf, gammaln

    t = np.linspace(0, 12, 20001)
    length = 2**0.5 * np.exp(gammaln((n + 1) / 2) - gammaln(n / 2))
    return float(np.trapezoid(1 - erf(t / 2**0.5) ** n, t) / length)


# %% q6 wrong: a simulation in place of the integral
def chance_mean(n, N):
    y = np.random.default_rng(0).normal(size=(2000, min(n, 500)))
    return float(np.mean(np.abs(y[:, :N]).max(axis=1) / np.linalg.norm(y, axis=1)))


# %% q6 wrong: the standard deviation for the standard error
def chance_drawn(n, N, draws, rng):
    y = rng.normal(size=(draws, n))
    largest = np.abs(y[:, :N]).max(axis=1) / np.linalg.norm(y, axis=1)
    return float(largest.mean()), float(largest.std(ddof=1))


# %% q6 wrong: no modulus
def chance_drawn(n, N, draws, rng):
    y = rng.normal(size=(draws, n))
    largest = y[:, :N].max(axis=1) / np.linalg.norm(y, axis=1)
    return float(largest.mean()), float(largest.std(ddof=1) / draws**0.5)


# %% q6 wrong: a unit vector of the smaller space
def chance_drawn(n, N, draws, rng):
    y = rng.normal(size=(draws, N))
    largest = np.abs(y).max(axis=1) / np.linalg.norm(y, axis=1)
    return float(largest.mean()), float(largest.std(ddof=1) / draws**0.5)


# %% q6 wrong: uniform in a cube
def chance_drawn(n, N, draws, rng):
    y = rng.uniform(-1, 1, size=(draws, n))
    largest = np.abs(y[:, :N]).max(axis=1) / np.linalg.norm(y, axis=1)
    return float(largest.mean()), float(largest.std(ddof=1) / draws**0.5)


# %% q6 wrong: the exact mean in place of a simulation
def chance_drawn(n, N, draws, rng):
    y = rng.normal(size=(draws, n))
    largest = np.abs(y[:, :N]).max(axis=1) / np.linalg.norm(y, axis=1)
    error = largest.std(ddof=1) / draws**0.5
    return chance_mean(n, N) + 0.01 * (largest.mean() - chance_mean(n, N)), float(error)


# %% q6 wrong: a generator of its own
def chance_drawn(n, N, draws, rng):
    y = np.random.default_rng(1).normal(size=(draws, n))
    largest = np.abs(y[:, :N]).max(axis=1) / np.linalg.norm(y, axis=1)
    return float(largest.mean()), float(largest.std(ddof=1) / draws**0.5)


# %% q6 wrong: always a hundred draws
def chance_drawn(n, N, draws, rng):
    y = rng.normal(size=(100, n))
    largest = np.abs(y[:, :N]).max(axis=1) / np.linalg.norm(y, axis=1)
    return float(largest.mean()), float(largest.std(ddof=1) / 10)


# %% q6 right: by an adaptive integral, and with a basis
def chance_mean(n, N):
    from scipy.integrate import quad
    from scipy.special import loggamma
    from scipy.stats import norm as gaussian

    def density(t):
        return 2 * N * t * gaussian.pdf(t) * (1 - 2 * gaussian.sf(t)) ** (N - 1)

    middle = np.sqrt(2 * np.log(N + 1))
    parts = [quad(density, 0, middle)[0], quad(density, middle, 3 * middle + 6)[0]]
    return sum(parts) * np.exp(loggamma(n / 2) - loggamma((n + 1) / 2)) / np.sqrt(2)


def chance_drawn(n, N, draws, rng):
    basis = np.linalg.qr(rng.standard_normal((n, N)))[0]
    largest = []
    for _ in range(draws):
        y = rng.standard_normal(n)
        largest.append(np.max(np.abs(basis.T @ (y / np.linalg.norm(y)))))
    return np.mean(largest), np.std(largest, ddof=1) / np.sqrt(draws)


# %% q7 wrong: the first-order cosine
a_min = 1 / eps - 1
# %% q7 wrong: the inverse
a_min = eps / sp.sqrt(1 - eps**2)
# %% q7 wrong: the square
a_min = 1 / eps**2 - 1


# %% q7 wrong: a random input
def unseen(W0, eps):
    U, s, _ = np.linalg.svd(W0, full_matrices=False)
    v = np.random.default_rng(1).normal(size=W0.shape[1])
    v = v / np.linalg.norm(v)
    return U[:, 0], v, 1.2 * np.sqrt(1 / eps**2 - 1) * s[0]


# %% q7 wrong: from an old input to a new output
def unseen(W0, eps):
    U, s, Vt = np.linalg.svd(W0, full_matrices=False)
    weak = U[:, len(s) // 2 :]
    u = weak.sum(axis=1) / np.sqrt(weak.shape[1])
    return u, Vt[0], 1.2 * np.sqrt(1 / eps**2 - 1) * s[0]


# %% q7 wrong: one old input
def unseen(W0, eps):
    U, s, Vt = np.linalg.svd(W0, full_matrices=False)
    return U[:, 0], Vt[-1], 1.2 * np.sqrt(1 / eps**2 - 1) * s[0]


# %% q7 wrong: too weak
def unseen(W0, eps):
    U, s, Vt = np.linalg.svd(W0, full_matrices=False)
    weak = Vt[len(s) // 2 :]
    v = weak.sum(axis=0) / np.sqrt(len(weak))
    return U[:, 0], v, 0.8 * np.sqrt(1 / eps**2 - 1) * s[0]


# %% q7 wrong: with all its might
def unseen(W0, eps):
    U, s, Vt = np.linalg.svd(W0, full_matrices=False)
    weak = Vt[len(s) // 2 :]
    v = weak.sum(axis=0) / np.sqrt(len(weak))
    return U[:, 0], v, 100 * s[0]


# %% q7 wrong: new on both sides
def unseen(W0, eps):
    U, s, Vt = np.linalg.svd(W0, full_matrices=False)
    half = len(s) // 2
    u, v = U[:, half:].sum(axis=1), Vt[half:].sum(axis=0)
    theta = 1.2 * np.sqrt(1 / eps**2 - 1) * s[0]
    return u / np.linalg.norm(u), v / np.linalg.norm(v), theta


# %% q7 right: a random direction without the strong ones
def unseen(W0, eps):
    U, s, Vt = np.linalg.svd(W0)
    rng = np.random.default_rng(0)
    v = rng.choice([-1.0, 1.0], size=W0.shape[1] - 15) @ Vt[15:]
    return -U[:, 0], v / np.linalg.norm(v), 1.4 * s[0] * np.tan(np.arccos(eps))


a_min = sp.tan(sp.acos(sp.Symbol("eps")))
