# %% q1 wrong: the branch that grows
g_semicircle = (z + sp.sqrt(z**2 - 4 * sigma**2)) / (2 * sigma**2)
# %% q1 wrong: sigma for its square
g_semicircle = (z - sp.sqrt(z**2 - 4 * sigma)) / (2 * sigma)
# %% q1 wrong: the sign of the resolvent
g_semicircle = (sp.sqrt(z**2 - 4 * sigma**2) - z) / (2 * sigma**2)
# %% q1 wrong: Marchenko and Pastur's for c = 1
g_semicircle = (1 - sp.sqrt(1 - 4 * sigma**2 / z)) / (2 * sigma**2)
# %% q1 right: without a difference
g_semicircle = 2 / (z + sp.sqrt((z - 2 * sigma) * (z + 2 * sigma)))
# %% q1 right: other assumptions on the symbols
z, sigma = sp.symbols("z sigma")
g_semicircle = z / (2 * sigma**2) * (1 - sp.sqrt(1 - 4 * sigma**2 / z**2))
# %% q2 wrong: c for 1 / c
m2, m3 = sigma**4 * (1 + 1 / c), sigma**6 * (1 + 3 / c + 1 / c**2)
# %% q2 wrong: a coefficient
m2, m3 = sigma**4 * (1 + c), sigma**6 * (1 + 3 * c + 2 * c**2)
# %% q2 wrong: moments of singular values
m2, m3 = sigma**2, sigma**4 * (1 + c)
# %% q2 wrong: at sigma = 1
m2, m3 = 1 + c, 1 + 3 * c + c**2
# %% q2 right: factored
m2, m3 = sigma**4 + c * sigma**4, sigma**6 * ((1 + c) ** 2 + c)


# %% q3 wrong: the density as it was printed
def mp_density(x, c, sigma):
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    root = np.sqrt(np.clip((b - x) * (x - a), 0, None))
    return root / (2 * np.pi * c * np.where(root > 0, x, 1))


# %% q3 wrong: no atom
def atom(c):
    return 0.0


# %% q3 wrong: an atom below c = 1
def atom(c):
    return max(0.0, 1 - c)


# %% q3 wrong: the density of singular values
def mp_density(x, c, sigma):
    x = np.asarray(x, dtype=float)
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    root = np.sqrt(np.clip((b - x**2) * (x**2 - a), 0, None))
    return root / (np.pi * c * sigma**2 * np.where(root > 0, x, 1))


# %% q3 right: by clipping
def mp_density(x, c, sigma):
    x = np.asarray(x, dtype=float)
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    root = np.sqrt(np.clip((b - x) * (x - a), 0, None))
    return root / (2 * np.pi * c * sigma**2 * np.where(root > 0, x, 1))


# %% q4 wrong: the root of the product
def g_mp(z, c, sigma):
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    return (z - sigma**2 * (1 - c) - np.sqrt((z - a) * (z - b))) / (2 * c * sigma**2 * z)


# %% q4 wrong: the semicircle's
def g_mp(z, c, sigma):
    return (z - np.sqrt(z - 2 * sigma) * np.sqrt(z + 2 * sigma)) / (2 * sigma**2)


# %% q4 wrong: the sign of the other convention
def g_mp(z, c, sigma):
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    return -(z - sigma**2 * (1 - c) - np.sqrt(z - a) * np.sqrt(z - b)) / (2 * c * sigma**2 * z)


# %% q4 wrong: 1 + c for 1 - c
def g_mp(z, c, sigma):
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    return (z - sigma**2 * (1 + c) - np.sqrt(z - a) * np.sqrt(z - b)) / (2 * c * sigma**2 * z)


# %% q4 right: the root chosen by its sign
def g_mp(z, c, sigma):
    z = np.asarray(z, dtype=complex)
    p = z - sigma**2 * (1 - c)
    root = np.sqrt(p**2 - 4 * c * sigma**2 * z)
    first, second = (p - root) / (2 * c * sigma**2 * z), (p + root) / (2 * c * sigma**2 * z)
    # The companion transform tells the branches apart where both have a negative imaginary part.
    companion = c * first + (c - 1) * -1 / z
    good = (first.imag < 0) & ((companion.imag < 0) | (second.imag > 0))
    return np.where(good, first, second)


# %% q5 wrong: the variance over n
def second_moment(n, m, sigma, draws, rng):
    values = [np.sum((W @ W.T) ** 2) / n for W in rng.normal(0, sigma / np.sqrt(n), (draws, n, m))]
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(draws))


# %% q5 wrong: the standard deviation for the standard error
def second_moment(n, m, sigma, draws, rng):
    values = [np.sum((W @ W.T) ** 2) / n for W in rng.normal(0, sigma / np.sqrt(m), (draws, n, m))]
    return float(np.mean(values)), float(np.std(values, ddof=1))


# %% q5 wrong: the formula in place of a simulation
def second_moment(n, m, sigma, draws, rng):
    return sigma**4 * (1 + n / m + 1 / m), 0.004


# %% q5 wrong: a generator of its own
def second_moment(n, m, sigma, draws, rng):
    drawn = np.random.default_rng(1).normal(0, sigma / np.sqrt(m), (draws, n, m))
    values = [np.sum((W @ W.T) ** 2) / n for W in drawn]
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(draws))


# %% q5 right: by singular values
def second_moment(n, m, sigma, draws, rng):
    drawn = sigma / np.sqrt(m) * rng.standard_normal((draws, n, m))
    values = (np.linalg.svd(drawn, compute_uv=False) ** 4).sum(axis=1) / n
    return values.mean(), values.std(ddof=1) / draws**0.5


# %% q6 wrong: masses exchanged
mass_thin, mass_tall = sigma**2 / c, sigma**2
# %% q6 wrong: sigma for its square
mass_thin, mass_tall, factor = sigma, sigma / c, 1 / sigma
# %% q6 wrong: the atom counted in
mass_tall = sigma**2 / c + 1 - 1 / c
# %% q6 right: by integrals of the right law
mass_thin, mass_tall, factor = sigma**2 * sp.Integer(1), sigma**2 * (1 - (1 - 1 / c)), sp.sqrt(1 / sigma**4)


# %% q7 wrong: sigma for its square
def g_levels(z, levels, sigma):
    g = 1 / (z + 10j)
    for _ in range(200000):
        new = np.mean(1 / (z - sigma * g - np.array(levels)))
        if abs(new - g) < 1e-12:
            break
        g = (g + new) / 2
    return complex(g)


# %% q7 wrong: plain iteration, a hundred times
def g_levels(z, levels, sigma):
    g = 1 / z
    for _ in range(100):
        g = np.mean(1 / (z - sigma**2 * g - np.array(levels)))
    return complex(g)


# %% q7 wrong: somebody else's noise
my_density = -g_levels(1e-4j, [-1, 1], 1.0 if my_sigma > 1.05 else 1.2).imag / np.pi
# %% q7 wrong: the sign of the density
my_density = g_levels(1e-4j, [-1, 1], my_sigma).imag / np.pi


# %% q7 right: roots of the polynomial, the one below the axis
def g_levels(z, levels, sigma):
    levels, shares = np.unique(np.asarray(levels, dtype=float), return_counts=True)
    # w = z - sigma^2 g solves (z - w) / sigma^2 = sum of shares / (w - d); the solution has the largest imaginary part.
    whole, parts = np.poly(levels), np.zeros(len(levels))
    for k, share in enumerate(shares / shares.sum()):
        parts = parts + share * np.poly(np.delete(levels, k))
    w = np.roots(np.polyadd(np.polymul([-1, z], whole), -(sigma**2) * parts))
    g = (z - w) / sigma**2
    return complex(min(g, key=lambda one: one.imag))


my_density = -g_levels(1e-4j, [-1, 1], my_sigma).imag / np.pi
