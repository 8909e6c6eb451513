# %% q1 wrong: the sides exchanged
def spike(theta, c, sigma):
    t2 = (theta / sigma) ** 2
    if t2 <= np.sqrt(c):
        return sigma * (1 + np.sqrt(c)), 0.0, 0.0
    kept = t2**2 - c
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2), kept / (t2 * (t2 + 1)), kept / (t2 * (t2 + c))


# %% q1 wrong: c for 1 / c
def spike(theta, c, sigma):
    c, t2 = 1 / c, (theta / sigma) ** 2
    if t2 <= np.sqrt(c):
        return sigma * (1 + np.sqrt(c)), 0.0, 0.0
    kept = t2**2 - c
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2), kept / (t2 * (t2 + c)), kept / (t2 * (t2 + 1))


# %% q1 wrong: the place of a square matrix for every shape
def spike(theta, c, sigma):
    t2 = (theta / sigma) ** 2
    if t2 <= np.sqrt(c):
        return sigma * (1 + np.sqrt(c)), 0.0, 0.0
    kept = t2**2 - c
    return theta + sigma**2 / theta, kept / (t2 * (t2 + c)), kept / (t2 * (t2 + 1))


# %% q1 wrong: overlaps at sigma = 1
def spike(theta, c, sigma):
    if theta <= sigma * c**0.25:
        return sigma * (1 + np.sqrt(c)), 0.0, 0.0
    place = np.sqrt((theta**2 + sigma**2) * (theta**2 + c * sigma**2)) / theta
    kept = theta**4 - c
    return place, kept / (theta**2 * (theta**2 + c)), kept / (theta**2 * (theta**2 + 1))


# %% q1 wrong: the other branch below the threshold
def spike(theta, c, sigma):
    t2 = (theta / sigma) ** 2
    kept = max(t2**2 - c, 0)
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2), kept / (t2 * (t2 + c)), kept / (t2 * (t2 + 1))


# %% q1 wrong: the threshold at the edge of the noise
def spike(theta, c, sigma):
    t2 = (theta / sigma) ** 2
    if t2 < (1 + np.sqrt(c)) ** 2:
        return sigma * (1 + np.sqrt(c)), 0.0, 0.0
    kept = t2**2 - c
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2), kept / (t2 * (t2 + c)), kept / (t2 * (t2 + 1))


# %% q1 right: from D and the fixed point
def spike(theta, c, sigma):
    D = min(1 / theta**2, 1 / (sigma**2 * c**0.5))
    z = np.sqrt((1 + sigma**2 * D) * (1 + c * sigma**2 * D) / D)
    if theta <= sigma * c**0.25:
        return [z, 0, 0]
    slope = 2 * z / (c * sigma**4 - D**-2)
    first, second = (1 + sigma**2 * D) / z, (1 + c * sigma**2 * D) / z
    return np.array([z, -2 * first * D / slope, -2 * second * D / slope])


# %% q2 wrong: the strength, not what is left of it
q = s**2 - (1 + c) * sigma**2
best = sp.sqrt((q + sp.sqrt(q**2 - 4 * c * sigma**4)) / 2)
# %% q2 wrong: overlaps for cosines
q = s**2 - (1 + c) * sigma**2
theta2 = (q + sp.sqrt(q**2 - 4 * c * sigma**4)) / 2
t2 = theta2 / sigma**2
best = sp.sqrt(theta2) * (t2**2 - c) ** 2 / (t2**2 * (t2 + 1) * (t2 + c))
# %% q2 wrong: a square matrix for every shape
best = sp.sqrt(s**2 - 4 * sigma**2)
# %% q2 wrong: the famous 4 / sqrt(3) for every shape
cut = 4 / sp.sqrt(3) * sigma * (1 + sp.sqrt(c)) / 2
# %% q2 wrong: the edge
cut = sigma * (1 + sp.sqrt(c)) * sp.Rational(1001, 1000)
# %% q2 wrong: where one half of the outlier is the spike's strength
cut = sigma * sp.sqrt((sp.sqrt(c) * 2 + 1) * (sp.sqrt(c) * 2 + c) / (2 * sp.sqrt(c)))
# %% q2 wrong: with c for 1 / c
q = s**2 - (1 + 1 / c) * sigma**2
best = sp.sqrt(q**2 - 4 / c * sigma**4) / s
# %% q2 right: by way of theta, and in the form of Gavish and Donoho
s, c, sigma = sp.symbols("s c sigma")
q = (s / sigma) ** 2 - 1 - c
t2 = (q + sp.sqrt(q**2 - 4 * c)) / 2
left, right = (t2**2 - c) / (t2 * (t2 + c)), (t2**2 - c) / (t2 * (t2 + 1))
best = sigma * sp.sqrt(t2 * left * right)
cut = sigma * sp.sqrt(2 * (c + 1) + 8 * c / (c + 1 + sp.sqrt(c**2 + 14 * c + 1)))
# %% q2 right: by the derivative of D
D = sp.Symbol("D", positive=True)
z2 = (1 + sigma**2 * D) * (1 + c * sigma**2 * D) / D
q = s**2 - (1 + c) * sigma**2
inverse = 2 / (q + sp.sqrt(q**2 - 4 * c * sigma**4))
best = (-D * sp.diff(z2, D) / s).subs(D, inverse)
# %% q3 wrong: without the directions that are not reached
rho = (theta * sp.sqrt(c) + sp.sqrt(c * theta**2 + 4)) / 2
left = right = rho**2 / (1 + rho**2)
# %% q3 wrong: an orthogonal matrix for every shape
rho = (theta + sp.sqrt(theta**2 + 4)) / 2
left = right = rho**2 / (1 + rho**2)
# %% q3 wrong: the sides exchanged
left, right = right, left
# %% q3 wrong: half of the overlaps
left, right = left / 2, right / 2
# %% q3 wrong: the square of the place
rho = 1 + (theta**2 + theta * sp.sqrt(theta**2 + 4 * c)) / 2
# %% q3 wrong: a geometric mean on both sides
left = right = sp.sqrt(left * right)
# %% q3 right: closed forms
theta, c = sp.symbols("theta c")
h = sp.sqrt(theta**2 + 4 * c)
rho = sp.sqrt(((theta + h) / 2) ** 2 + 1 - c)
left = (1 + theta / h) / 2
right = left * (rho**2 - 1 + c) / rho**2
# %% q4 wrong: the right one over the printed one
ratio = c ** sp.Rational(1, 4) / (1 + sp.sqrt(c))
# %% q4 wrong: half, as in a square matrix
ratio = sp.Integer(2)
# %% q4 wrong: the threshold with c^(1/2)
ratio = (1 + sp.sqrt(c)) / sp.sqrt(c)
# %% q4 wrong: the sign
excess = (c - 1) * sigma**2 * (1 + sigma**2 / theta**2)
# %% q4 wrong: the difference of the places
excess = theta + sigma**2 / theta - sp.sqrt(squared)
# %% q4 wrong: sigma is lost
excess = (1 - c) * (1 + 1 / theta**2)
# %% q4 wrong: the smaller root
last = (edge - sp.sqrt(edge**2 - 4 * sigma**2)) / 2
# %% q4 wrong: the edge less one
last = sigma * sp.sqrt(c)
# %% q4 wrong: the printed threshold
last = sigma * (1 + sp.sqrt(c)) / 2
# %% q4 right: other forms
c, sigma, theta = sp.symbols("c sigma theta")
r = sp.sqrt(c)
ratio = sp.sqrt(r + 2 + 1 / r)
excess = sigma**2 + sigma**4 / theta**2 - c * sigma**2 * (1 + (sigma / theta) ** 2)
last = 2 * sigma / (1 + r - sp.sqrt((r - 1) * (r + 3)))


# %% q5 wrong: without the zeros of the longer side
def read_off(values, count, n, m):
    z, bulk = np.array(values[:count])[:, None], np.array(values[count:])
    phi = np.mean(z / (z**2 - bulk**2), axis=1)
    slope = -np.mean((z**2 + bulk**2) / (z**2 - bulk**2) ** 2, axis=1)
    share = -phi / slope * phi
    return np.column_stack([1 / phi, share, share, share / phi])


# %% q5 wrong: the sides exchanged
right_one = read_off


def read_off(values, count, n, m):
    return right_one(values, count, m, n)


# %% q5 wrong: the other outliers counted with the bulk
right_two = read_off


def read_off(values, count, n, m):
    rows = []
    for k in range(count):
        rest = np.delete(np.asarray(values, dtype=float), k)
        rows.append(right_two(np.concatenate([[values[k]], rest]), 1, n, m)[0])
    return np.array(rows)


# %% q5 wrong: the factor of two lost where it is seen only with noise
right_three = read_off


def read_off(values, count, n, m):
    found = right_three(values, count, n, m)
    found[:, 3] = found[:, 0]
    return found


# %% q5 wrong: n rows and m columns
def read_off(values, count, n, m):
    found = []
    for z in values[:count]:
        s = np.zeros(max(n, m) - count)
        s[: min(n, m) - count] = values[count:]
        f, d = z / (z**2 - s**2), -(z**2 + s**2) / (z**2 - s**2) ** 2
        short = min(n, m) - count
        a, a_ = (f.sum() / n, d.sum() / n) if n >= m else (f[:short].sum() / n, d[:short].sum() / n)
        b, b_ = (f.sum() / m, d.sum() / m) if m >= n else (f[:short].sum() / m, d[:short].sum() / m)
        slope = a_ * b + a * b_
        found.append([(a * b) ** -0.5, -2 * a * a * b / slope, -2 * b * a * b / slope, -2 * a * b / slope])
    return np.array(found)


# %% q5 wrong: the strength from a square matrix, as s - sigma^2 / s
right_four = read_off


def read_off(values, count, n, m):
    found = right_four(values, count, n, m)
    top = np.array(values[:count])
    found[:, 0] = (top + np.sqrt(np.maximum(top**2 - 4 * np.mean(np.array(values[count:]) ** 2), 0))) / 2
    return found


# %% q5 right: matrices, and a derivative by differences
def read_off(values, count, n, m):
    W = np.zeros((n - count, m - count))
    np.fill_diagonal(W, values[count:])
    W = W[::-1, ::-1]
    squares = [np.diag(W @ W.T), np.diag(W.T @ W)]

    def traces(z):
        return [np.mean(z / (z * z - one)) for one in squares]

    rows = []
    for z in map(float, values[:count]):
        step = 1e-5 * (z - values[count])
        first, second = traces(z)
        log_slope = (np.log(np.prod(traces(z + step))) - np.log(np.prod(traces(z - step)))) / (2 * step)
        rows.append([1 / np.sqrt(first * second), -2 * first / log_slope, -2 * second / log_slope, -2 / log_slope])
    return np.array(rows)


# %% q6 wrong: the limits, dressed as a simulation
def both(N, theta, kappa, sigma, draws, rng):
    errors = sigma / np.sqrt(N * draws) * np.array([1.0, 0.8, 0.3])
    place = theta + sigma**2 / theta if theta > sigma else 2 * sigma
    limits = [max(theta * kappa, sigma), place, max(0, 1 - (sigma / theta) ** 2)]
    return np.column_stack([rng.normal(limits, errors), errors])


# %% q6 wrong: the eigenvalue of a symmetric matrix
def both(N, theta, kappa, sigma, draws, rng):
    rows, u = np.empty((draws, 3)), np.eye(N)[0]
    v = kappa * u + np.sqrt(1 - kappa**2) * np.eye(N)[1]
    for row in rows:
        W = rng.normal(0, sigma / np.sqrt(N), (N, N))
        U, s, _ = np.linalg.svd(W + theta * np.outer(u, v))
        symmetric = (W + W.T) / np.sqrt(2) + theta * kappa * np.outer(u, u)
        row[:] = np.abs(np.linalg.eigvalsh(symmetric)).max(), s[0], U[0, 0] ** 2
    return np.column_stack([rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(draws)])


# %% q6 wrong: both sides the same vector
def both(N, theta, kappa, sigma, draws, rng):
    rows = np.empty((draws, 3))
    for row in rows:
        M = rng.normal(0, sigma / np.sqrt(N), (N, N))
        M[0, 0] += theta
        U, s, _ = np.linalg.svd(M)
        row[:] = np.abs(np.linalg.eigvals(M)).max(), s[0], U[0, 0] ** 2
    return np.column_stack([rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(draws)])


# %% q6 wrong: the cosine for the overlap
right_both = both


def both(N, theta, kappa, sigma, draws, rng):
    found = right_both(N, theta, kappa, sigma, draws, rng)
    found[2, 0] **= 0.5
    return found


# %% q6 wrong: the standard deviation for the standard error
right_draws = both


def both(N, theta, kappa, sigma, draws, rng):
    return right_draws(N, theta, kappa, sigma, draws, rng) * [1, np.sqrt(draws)]


# %% q6 wrong: the real part for the modulus
def both(N, theta, kappa, sigma, draws, rng):
    rows, u = np.empty((draws, 3)), np.eye(N)[0]
    v = kappa * u + np.sqrt(1 - kappa**2) * np.eye(N)[1]
    for row in rows:
        M = rng.normal(0, sigma / np.sqrt(N), (N, N)) + theta * np.outer(u, v)
        U, s, _ = np.linalg.svd(M)
        row[:] = np.linalg.eigvals(M).real.max(), s[0], U[0, 0] ** 2
    return np.column_stack([rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(draws)])


# %% q6 wrong: a generator of its own
right_rng = both


def both(N, theta, kappa, sigma, draws, rng):
    return right_rng(N, theta, kappa, sigma, draws, np.random.default_rng(7))


# %% q6 right: all at once, with random vectors
def both(N, theta, kappa, sigma, draws, rng):
    u, v = rng.standard_normal((2, draws, N))
    u = u / np.linalg.norm(u, axis=1, keepdims=True)
    v = v - np.sum(u * v, axis=1, keepdims=True) * u
    v = kappa * u + (1 - kappa**2) ** 0.5 * v / np.linalg.norm(v, axis=1, keepdims=True)
    M = sigma / N**0.5 * rng.standard_normal((draws, N, N)) + theta * u[:, :, None] * v[:, None]
    squares, vectors = np.linalg.eigh(M @ M.transpose(0, 2, 1))
    moduli = np.abs(np.linalg.eigvals(M)).max(axis=1)
    overlaps = np.einsum("di,di->d", u, vectors[:, :, -1]) ** 2
    seen = np.array([moduli, squares[:, -1] ** 0.5, overlaps])
    return np.array([seen.mean(axis=1), seen.std(axis=1) / (draws - 1) ** 0.5]).T


# %% q7 wrong: rising
right_order = leaving


def leaving(B, A, scale, sigma):
    return right_order(B, A, scale, sigma)[::-1]


# %% q7 wrong: products of norms
def leaving(B, A, scale, sigma):
    c = B.shape[0] / A.shape[1]
    theta = scale * np.sort(np.linalg.norm(B, axis=0) * np.linalg.norm(A, axis=1))[::-1]
    t2 = (theta[theta > sigma * c**0.25] / sigma) ** 2
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)


# %% q7 wrong: the rest at the edge
def leaving(B, A, scale, sigma):
    c = B.shape[0] / A.shape[1]
    theta = scale * np.linalg.svd(B @ A, compute_uv=False)[: len(A)]
    t2 = np.maximum((theta / sigma) ** 2, np.sqrt(c))
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)


# %% q7 wrong: compared with the edge of the noise
def leaving(B, A, scale, sigma):
    c = B.shape[0] / A.shape[1]
    theta = scale * np.linalg.svd(B @ A, compute_uv=False)[: len(A)]
    t2 = (theta[theta > sigma * (1 + np.sqrt(c))] / sigma) ** 2
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)


# %% q7 wrong: the printed place
def leaving(B, A, scale, sigma):
    c = B.shape[0] / A.shape[1]
    theta = scale * np.linalg.svd(B @ A, compute_uv=False)[: len(A)]
    theta = theta[theta > sigma * c**0.25]
    return theta + sigma**2 / theta


# %% q7 wrong: the scale forgotten in the threshold
def leaving(B, A, scale, sigma):
    c = B.shape[0] / A.shape[1]
    theta = np.linalg.svd(B @ A, compute_uv=False)[: len(A)]
    t2 = (scale * theta[theta > sigma * c**0.25] / sigma) ** 2
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)


# %% q7 wrong: eigenvalues of the Gram matrix for singular values
my_scales = 2**0.5 / (1 + 3 * my_cosine), 2**0.5 / (1 - my_cosine)
# %% q7 wrong: rows of A as if they were orthogonal
my_scales = 2**0.5 * 0.999, 2**0.5
# %% q7 wrong: the threshold of the transpose
my_scales = 2**-0.5 / (1 + 3 * my_cosine) ** 0.5, 2**-0.5 / (1 - my_cosine) ** 0.5
# %% q7 wrong: the edge of the noise
my_scales = 3 / (1 + 3 * my_cosine) ** 0.5, 3 / (1 - my_cosine) ** 0.5
# %% q7 wrong: somebody else's cosine
other = 0.5 if my_cosine != 0.5 else 0.6
my_scales = 2**0.5 / (1 + 3 * other) ** 0.5, 2**0.5 / (1 - other) ** 0.5


# %% q7 right: eigenvalues of a product of Gram matrices, and scales by trying
def leaving(B, A, scale, sigma):
    c = len(B) / len(A.T)
    squares = np.sort(np.linalg.eigvals((B.T @ B) @ (A @ A.T)).real)[::-1] * scale**2
    squares = squares[squares**2 > c * sigma**4]
    return np.sqrt(squares + sigma**2 * (1 + c) + c * sigma**4 / squares)


gram = np.full((4, 4), my_cosine)
np.fill_diagonal(gram, 1)
B, A = np.eye(16, 4), np.linalg.cholesky(gram)  # the same shape, smaller
scales = np.arange(0.5, 4, 0.0005)
counts = np.array([len(leaving(B, A, x, 1.0)) for x in scales])
my_scales = [scales[counts > 0][0], scales[counts > 3][0]]
