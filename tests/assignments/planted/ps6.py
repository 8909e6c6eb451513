# %% q1 wrong: the nuclear norm over the largest
stable = 1 / (1 - q)
largest = sigma * c ** sp.Rational(1, 4) / sp.sqrt(1 - q**2)
# %% q1 wrong: shares of the energy for the effective rank
effective = q ** (-2 * q**2 / (1 - q**2)) / (1 - q**2)
# %% q1 wrong: the effective rank in bits
effective = sp.exp(-(sp.log(1 - q) + q * sp.log(q) / (1 - q)) / sp.log(2))
# %% q1 wrong: the threshold of variance sigma^2/n
largest = sigma * c ** -sp.Rational(1, 4) / sp.sqrt(1 - q**2)
# %% q1 wrong: the edge for the threshold
largest = sigma * (1 + sp.sqrt(c)) / sp.sqrt(1 - q**2)
# %% q1 wrong: the square of the size
largest = sigma**2 * sp.sqrt(c) / (1 - q**2)
# %% q1 wrong: the strongest spike for the size
largest = sigma * c ** sp.Rational(1, 4) * sp.sqrt(1 - q**2)
# %% q1 right: from the sums
j = sp.symbols("j", integer=True, nonnegative=True)
stable = sp.Rational(1, 2) * (1 / (1 - q) + 1 / (1 + q)) / 1
entropy = -sp.log(1 - q) + sp.log(1 / q) * q / (1 - q)
effective = sp.exp(entropy)
largest = sp.sqrt(sigma**2 * sp.sqrt(c) / ((1 - q) * (1 + q)))
# %% q1 right: other assumptions on the symbols
q, sigma, c = sp.symbols("q sigma c")
stable, effective = 1 / ((1 - q) * (1 + q)), (1 - q) ** (-1) * sp.exp(-q / (1 - q) * sp.log(q))
largest = sigma * sp.sqrt(sp.sqrt(c)) * sp.sqrt(stable)
# %% q2 wrong: a column on one side only
added, price = s * a, s * sp.sqrt(1 / epsilon**2 - 1)
# %% q2 wrong: Frobenius norms
added = s * a * sp.sqrt(a**2 + 2)
price = added.subs(a, sp.sqrt(1 / epsilon**2 - 1))
turned = sp.sqrt(2) * (s1 - s2) * sp.sin(phi)
# %% q2 wrong: to first order in the length
added = s * a * (1 + a / 2)
price = added.subs(a, sp.sqrt(1 / epsilon**2 - 1))
# %% q2 wrong: the spike that is put in, for the change
added, price = s * (1 + a**2) - s, s * (1 / epsilon**2 - 1)
# %% q2 wrong: to first order in the angle
turned = (s1 - s2) * phi
# %% q2 wrong: one side turned
turned = 2 * s1 * sp.sin(phi / 2)
# %% q2 wrong: the length without its square root
price = added.subs(a, 1 / epsilon**2 - 1)
# %% q2 right: by eigenvalues
x, y = sp.symbols("x y", positive=True)
column = sp.Matrix([1, a])
change = s * column * column.T - sp.diag(s, 0)
added = sp.sqrt(max((change.T * change).eigenvals(), key=lambda one: one.subs({s: 1, a: 1})))
price = s / 2 * (epsilon**-2 - 1 + sp.sqrt((epsilon**-2 - 1) * (epsilon**-2 + 3)))
turn = sp.Matrix([[sp.cos(phi), -sp.sin(phi)], [sp.sin(phi), sp.cos(phi)]])
turned = sp.sqrt(-(turn * sp.diag(s1, s2) * turn.T - sp.diag(s1, s2)).det())


# %% q3 wrong: norms of columns for spikes
def ranks(B, A):
    theta = np.linalg.norm(B, axis=0) * np.linalg.norm(A, axis=1)
    if not theta.any():
        return 0.0, 0.0
    theta, p = theta / theta.max(), theta[theta > 0] / theta.sum()
    return float(np.sum(theta**2)), float(np.exp(-np.sum(p * np.log(p))))


# %% q3 wrong: squares for singular values
def ranks(B, A):
    theta = np.abs(np.linalg.eigvals(B.T @ B @ A @ A.T))
    if not theta.any():
        return 0.0, 0.0
    p = theta[theta > 0] / theta.sum()
    return float(theta.sum() / theta.max()), float(np.exp(-np.sum(p * np.log(p))))


# %% q3 wrong: the product, and its decomposition
def ranks(B, A):
    theta = np.linalg.svd(B @ A, compute_uv=False)[: B.shape[1]]
    if theta[0] == 0:
        return 0.0, 0.0
    p = theta[theta > 0] / theta.sum()
    return float(np.sum(theta**2) / theta[0] ** 2), float(np.exp(-np.sum(p * np.log(p))))


# %% q3 wrong: not a number for an update that is zero
def ranks(B, A):
    core = np.linalg.qr(B)[1] @ np.linalg.qr(A.T)[1].T
    theta = np.linalg.svd(core, compute_uv=False)
    p = theta / theta.sum()
    return float(np.sum(theta**2) / theta[0] ** 2), float(np.exp(-np.sum(p * np.log(p))))


# %% q3 wrong: an inverse that need not be there
def ranks(B, A):
    L = np.linalg.cholesky(A @ A.T)
    theta = np.sqrt(np.linalg.eigvalsh(L.T @ B.T @ B @ L).clip(0))
    if not theta.any():
        return 0.0, 0.0
    p = theta[theta > 0] / theta.sum()
    return float(np.sum(theta**2) / theta.max() ** 2), float(np.exp(-np.sum(p * np.log(p))))


# %% q3 wrong: the ranks of B
def ranks(B, A):
    theta = np.linalg.svd(B, compute_uv=False)
    if not theta.any():
        return 0.0, 0.0
    p = theta[theta > 0] / theta.sum()
    return float(np.sum(theta**2) / theta.max() ** 2), float(np.exp(-np.sum(p * np.log(p))))


# %% q3 right: by Gram matrices
def ranks(B, A):
    theta = np.sqrt(np.abs(np.linalg.eigvals((B.T @ B) @ (A @ A.T)))).astype(float)
    if theta.max() < 1e-12:
        return 0.0, 0.0
    p = theta / theta.sum()
    stable = theta @ theta / theta.max() ** 2
    return float(stable), float(np.prod([one**-one for one in p if one > 0]))


# %% q3 right: by the library
def ranks(B, A):
    from intruders.spectra.updates import LowRank, effective_rank, stable_rank

    theta = LowRank(B, A).singular_values
    return stable_rank(theta), effective_rank(theta)


# %% q4 wrong: the scale is forgotten
def limiter(B, A, gamma, cap):
    P, theta, _ = triplets(B, A, 1.0)
    above = theta > cap
    return B - (P[:, above] * (1 - cap / theta[above])) @ (P[:, above].T @ B)


# %% q4 wrong: the knob for the limiter
def limiter(B, A, gamma, cap):
    return B * min(1.0, cap / max(triplets(B, A, gamma)[1][0], 1e-300))


# %% q4 wrong: singular values of B are cut
def limiter(B, A, gamma, cap):
    U, s, Vt = np.linalg.svd(B, full_matrices=False)
    return (U * np.minimum(s, cap / (gamma * max(np.linalg.norm(A, 2), 1e-300)))) @ Vt


# %% q4 wrong: spikes above the ceiling are taken out
def limiter(B, A, gamma, cap):
    P, theta, _ = triplets(B, A, gamma)
    return B - P[:, theta > cap] @ (P[:, theta > cap].T @ B)


# %% q4 wrong: the strongest only
def limiter(B, A, gamma, cap):
    P, theta, _ = triplets(B, A, gamma)
    if theta[0] <= cap:
        return B
    return B - (1 - cap / theta[0]) * P[:, :1] @ (P[:, :1].T @ B)


# %% q4 wrong: the inverse of AA'
def limiter(B, A, gamma, cap):
    P, theta, Q = triplets(B, A, gamma)
    X = (P * np.minimum(theta, cap)) @ (Q.T @ A.T)
    return X @ np.linalg.inv(A @ A.T) / gamma


# %% q4 wrong: the product
def limiter(B, A, gamma, cap):
    U, s, Vt = np.linalg.svd(gamma * B @ A, full_matrices=False)
    return U * np.minimum(s, cap) @ Vt @ np.linalg.pinv(A) / gamma


# %% q4 wrong: the knob of the strongest spike
def knob(B, A, gamma, cap):
    theta = triplets(B, A, gamma)[1]
    return float(min(1, cap / theta[0])) if theta[0] > 0 else 1.0


# %% q4 wrong: squares of norms
def knob(B, A, gamma, cap):
    theta = triplets(B, A, gamma)[1]
    if theta[0] <= cap:
        return 1.0
    return float(np.sum(np.minimum(theta, cap) ** 2) / np.sum(theta**2))


# %% q4 right: by a pseudo-inverse of A
def limiter(B, A, gamma, cap):
    (Q_B, R_B), R_A = np.linalg.qr(B), np.linalg.qr(A.T)[1]
    U, s, Vt = np.linalg.svd(gamma * R_B @ R_A.T)
    core = U * np.minimum(s, cap) @ Vt
    return Q_B @ core @ np.linalg.pinv(R_A.T, rcond=1e-10) / gamma


def knob(B, A, gamma, cap):
    before = gamma**2 * np.sum((B.T @ B) * (A @ A.T))
    new = limiter(B, A, gamma, cap)
    after = gamma**2 * np.sum((new.T @ new) * (A @ A.T))
    return float(min(1, np.sqrt(after / before))) if before > 0 and after < before * (1 - 1e-12) else 1.0


# %% q5 wrong: the zeros are forgotten
def visibility(values, shape, q, k=10):
    n, m = shape
    both = np.sum(values[k - 1] / (values[k - 1] ** 2 - values[q:] ** 2))
    return float((both / (n - q) * both / (m - q)) ** -0.5)


my_alpha = 0.8 * 8**0.5 / loads(my_values, my_shape, my_q, my_B, my_A, 1.0)[0]


# %% q5 wrong: the zeros on both sides
def visibility(values, shape, q, k=10):
    n, m = shape
    z, both = values[k - 1], np.sum(values[k - 1] / (values[k - 1] ** 2 - values[q:] ** 2))
    zeros = abs(n - m) / z
    return float(((both + zeros) / (n - q) * (both + zeros) / (m - q)) ** -0.5)


my_alpha = 0.8 * 8**0.5 / loads(my_values, my_shape, my_q, my_B, my_A, 1.0)[0]


# %% q5 wrong: divided by all rows and columns
def visibility(values, shape, q, k=10):
    n, m = shape
    z, both = values[k - 1], np.sum(values[k - 1] / (values[k - 1] ** 2 - values[q:] ** 2))
    return float(((both + abs(n - m) / z) / n * both / m) ** -0.5)


my_alpha = 0.8 * 8**0.5 / loads(my_values, my_shape, my_q, my_B, my_A, 1.0)[0]


# %% q5 wrong: a shape that is always tall
def visibility(values, shape, q, k=10):
    n, m = shape
    z, both = values[k - 1], np.sum(values[k - 1] / (values[k - 1] ** 2 - values[q:] ** 2))
    return float(((both + (n - m) / z) / (n - q) * both / (m - q)) ** -0.5)


my_alpha = 0.8 * 8**0.5 / loads(my_values, my_shape, my_q, my_B, my_A, 1.0)[0]


# %% q5 wrong: D for its root
def visibility(values, shape, q, k=10):
    n, m = shape
    z, both = values[k - 1], np.sum(values[k - 1] / (values[k - 1] ** 2 - values[q:] ** 2))
    first, second = (both + (n - min(n, m)) / z) / (n - q), (both + (m - min(n, m)) / z) / (m - q)
    return float(1 / (first * second))


# %% q5 wrong: the value after the k-th
def visibility(values, shape, q, k=10):
    n, m = shape
    z = values[k]
    both = np.sum(z / (z**2 - values[q:] ** 2))
    first, second = (both + (n - min(n, m)) / z) / (n - q), (both + (m - min(n, m)) / z) / (m - q)
    return float((first * second) ** -0.5)


my_alpha = 0.8 * 8**0.5 / loads(my_values, my_shape, my_q, my_B, my_A, 1.0)[0]


# %% q5 wrong: the k-th value itself
def visibility(values, shape, q, k=10):
    return float(values[k - 1])


# %% q5 wrong: norms of columns for spikes
def loads(values, shape, q, B, A, gamma):
    strengths = gamma * np.linalg.norm(B, axis=0) * np.linalg.norm(A, axis=1)
    return np.sort(strengths)[::-1] / visibility(values, shape, q)


# %% q5 wrong: the scale without rank stabilisation
my_alpha = 0.8 * 8 / loads(my_values, my_shape, my_q, my_B, my_A, 1.0)[0]
# %% q5 wrong: rounded, as lora_alpha often is
my_alpha = int(my_alpha)
# %% q5 wrong: without the margin
my_alpha = 8**0.5 / loads(my_values, my_shape, my_q, my_B, my_A, 1.0)[0]
# %% q5 wrong: somebody else's matrix
names = ["0.intermediate", "0.output"]
other = next(f"encoder.layer.{one}.dense" for one in names if one not in my_matrix)
other = data.load("minilm-base").set_index("matrix").loc[other]
theirs = visibility(other["values"], (int(other["n"]), int(other["m"])), int(other["outliers"]))
my_alpha = 0.8 * 8**0.5 * theirs / np.linalg.norm(my_B @ my_A, 2)
# %% q5 wrong: the smooth bulk of the library
row = data.load("minilm-base").set_index("matrix").loc[my_matrix]
my_alpha = 0.8 * 8**0.5 * float(row["visibility"]) / np.linalg.norm(my_B @ my_A, 2)


# %% q5 right: by resolvents of squares
def visibility(values, shape, q, k=10):
    values, z = np.asarray(values, dtype=float), float(values[k - 1])
    phi = 1.0
    for size in shape:
        squares = np.concatenate([values[q:] ** 2, np.zeros(size - len(values))])
        phi *= np.mean(z / (z + np.sqrt(squares)) / (z - np.sqrt(squares)))
    return phi**-0.5


def loads(values, shape, q, B, A, gamma):
    squares = np.abs(np.linalg.eigvals(B.T @ B @ A @ A.T))
    return gamma * np.sort(np.sqrt(squares))[::-1] / visibility(values, shape, q)


strength = np.linalg.svd(my_B @ my_A, compute_uv=False)[0]
my_alpha = float(0.8 * visibility(my_values, my_shape, my_q) * np.sqrt(8) / strength)


# %% q6 wrong: a rotation that is not uniform
def rotate(s, eps, alike, draws, rng):
    s, rows = np.asarray(s, dtype=float), []
    for _ in range(draws):
        left, right = (np.linalg.qr(rng.standard_normal((len(s), len(s))))[0] for _ in range(2))
        right = left if alike else right
        change = np.sum((left * s @ right.T - np.diag(s)) ** 2) / np.sum(s**2)
        rows.append((np.sum(np.abs(left).max(axis=0) < eps), change))
    mean, error = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / draws**0.5
    return float(mean[0]), float(error[0]), float(mean[1]), float(error[1])


# %% q6 wrong: the two sides are never told apart
right_one = rotate


def rotate(s, eps, alike, draws, rng):
    return right_one(s, eps, False, draws, rng) if len(s) > 2 else right_one(s, eps, True, draws, rng)


# %% q6 wrong: always alike
right_one = rotate


def rotate(s, eps, alike, draws, rng):
    return right_one(s, eps, True, draws, rng)


# %% q6 wrong: the norm for its square
right_one = rotate


def rotate(s, eps, alike, draws, rng):
    lost, lost_error, change, error = right_one(s, eps, alike, draws, rng)
    return lost, lost_error, change**0.5, error


# %% q6 wrong: a window of ten
def rotate(s, eps, alike, draws, rng):
    from intruders.theory.ensembles import haar_orthogonal

    s, rows = np.asarray(s, dtype=float), []
    for _ in range(draws):
        left = haar_orthogonal(len(s), rng)
        right = left if alike else haar_orthogonal(len(s), rng)
        change = np.sum((left * s @ right.T - np.diag(s)) ** 2) / np.sum(s**2)
        rows.append((np.sum(np.abs(left).max(axis=0)[:10] < eps), change))
    mean, error = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / draws**0.5
    return float(mean[0]), float(error[0]), float(mean[1]), float(error[1])


# %% q6 wrong: shares for numbers
right_one = rotate


def rotate(s, eps, alike, draws, rng):
    lost, lost_error, change, error = right_one(s, eps, alike, draws, rng)
    return lost / len(s), lost_error / len(s), change, error


# %% q6 wrong: standard deviations for standard errors
right_one = rotate


def rotate(s, eps, alike, draws, rng):
    lost, lost_error, change, error = right_one(s, eps, alike, draws, rng)
    return lost, lost_error * draws**0.5, change, error * draws**0.5


# %% q6 wrong: a generator of its own
right_one = rotate


def rotate(s, eps, alike, draws, rng):
    return right_one(s, eps, alike, draws, np.random.default_rng(draws))


# %% q6 wrong: the theory in place of a simulation
def rotate(s, eps, alike, draws, rng):
    from scipy.special import erf

    s, r = np.asarray(s, dtype=float), len(s)
    share = erf(eps * np.sqrt(r / 2)) ** r if r > eps**-2 else 0.0
    change = 2 - 2 * s.sum() ** 2 / (r * np.sum(s**2)) if alike else 2.0
    noise = 1 / draws**0.5
    return float(r * share), float(r * noise / 4), float(change), float(noise * change / r)


# %% q6 right: by the library
def rotate(s, eps, alike, draws, rng):
    from intruders.theory.ensembles import haar_orthogonal

    s, lost, change = np.array(s, dtype=float), [], []
    for _ in range(draws):
        R = haar_orthogonal(len(s), rng)
        T = R if alike else haar_orthogonal(len(s), rng)
        lost.append(sum(abs(column).max() < eps for column in R.T))
        change.append(2 - 2 * np.trace(R @ np.diag(s) @ T.T @ np.diag(s)) / (s @ s))
    error = [np.std(x, ddof=1) / np.sqrt(draws) for x in (lost, change)]
    return float(np.mean(lost)), float(error[0]), float(np.mean(change)), float(error[1])


# %% q6 right: by scipy, all at once
def rotate(s, eps, alike, draws, rng):
    from scipy.stats import ortho_group

    s = np.array(s, dtype=float)
    R = ortho_group.rvs(len(s), size=draws, random_state=rng)
    T = R if alike else ortho_group.rvs(len(s), size=draws, random_state=rng)
    lost = (np.abs(R).max(axis=1) < eps).sum(axis=1)
    change = ((np.einsum("kij,j,klj->kil", R, s, T) - np.diag(s)) ** 2).sum(axis=(1, 2)) / (s @ s)
    return lost.mean(), lost.std() / draws**0.5, change.mean(), change.std() / draws**0.5


# %% q7 wrong: the bound for the norm
norm_2, norm_F = r, r
# %% q7 wrong: the Frobenius norm for the operator norm
norm_2 = sp.sqrt(r)
# %% q7 wrong: the printed power
power = sp.Integer(1)
# %% q7 wrong: no power at all
power = 0
# %% q7 wrong: the weakest directions, which are old
right_one = frames


def frames(W0, r, new):
    U, _, Vt = np.linalg.svd(W0, full_matrices=False)
    return (U[:, -r:], Vt[-r:].T) if new else right_one(W0, r, new)


# %% q7 wrong: random frames for both
right_one = frames


def frames(W0, r, new):
    return right_one(W0, r, True)


# %% q7 wrong: new on the right only
right_one = frames


def frames(W0, r, new):
    B, A = right_one(W0, r, new)
    return (right_one(W0, r, False)[0], A) if new else (B, A)


# %% q7 right: mixtures of many old directions
norm_2, norm_F, power = sp.sympify(1), r ** sp.Rational(1, 2), 0.5


def frames(W0, r, new):
    U, s, Vt = np.linalg.svd(W0, full_matrices=False)
    if not new:
        return -U[:, 1 : r + 1], -Vt[1 : r + 1].T
    N = len(s)
    k, j = np.meshgrid(np.arange(r) + 1, np.arange(N))
    cosines = np.sqrt(2 / N) * np.cos(np.pi * k * (j + 0.5) / N)
    return U @ cosines, Vt.T @ cosines
