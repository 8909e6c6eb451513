# %% q1 wrong: the branch that grows
g_first = 1 / (z - tau**2 * (z + sp.sqrt(z**2 - 4 * sigma**2)) / (2 * sigma**2))
# %% q1 wrong: tau for its square
g_first = 1 / (z - tau * sigma * g)
# %% q1 wrong: the transform of all eigenvalues
g_first = g
# %% q1 wrong: the sign of the resolvent
g_first = 1 / (tau**2 * g - z)
# %% q1 wrong: the row is a spike of strength tau
place = tau + sigma**2 / tau
# %% q1 wrong: the length of the row
place = sp.sqrt(tau**2 + sigma**2)
# %% q1 wrong: without the noise that comes back
place = tau
# %% q1 wrong: the square root forgotten
place = tau**3 / (tau**2 - sigma**2)
# %% q1 right: without a difference, and the place as a spike's
strength = sp.sqrt(tau**2 - sigma**2)
root = sp.sqrt((z - 2 * sigma) * (z + 2 * sigma))
g_first = (z + root) / (z * (z + root) - 2 * tau**2)
place = strength + sigma**2 / strength
# %% q1 right: other assumptions on the symbols
z, sigma, tau = sp.symbols("z sigma tau")
g_first = 2 / (2 * z - (tau / sigma) ** 2 * z * (1 - sp.sqrt(1 - 4 * sigma**2 / z**2)))
place = tau / sp.sqrt(1 - sigma**2 / tau**2)
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


# %% q6 wrong: as for c below one
mended = sigma**2
# %% q6 wrong: the mass alone was mended
mended = sigma**4
# %% q6 wrong: divided by the mass of the density alone
mended = c * sigma**2
# %% q6 wrong: sigma for its square
mended = c * sigma**3 / (c - 1 + sigma)
# %% q6 wrong: the atom of the other side
zeros = 1 - 1 / c
# %% q6 wrong: what the density has, not what it lacks
zeros = c
# %% q6 wrong: the mean of the same matrix
mean = sigma**2
# %% q6 wrong: divided by the mass of the density
mean = sigma**2 * sp.sqrt(c)
# %% q6 right: by the moments of W' W, whose entries have the scale sigma sqrt(c) and the shape 1 / c
other = sp.symbols("other", positive=True)
mean = (other**2).subs(other, sigma * sp.sqrt(c))
zeros = (1 - 1 / other).subs(other, 1 / c)
mended = sigma**2 / (1 / c + (1 - 1 / c) / sigma**2)
# %% q6 right: other assumptions on the symbols
c, sigma = sp.symbols("c sigma")
mended = c * sigma**4 / (c - 1 + sigma**2)
zeros, mean = -(c - 1), (sp.sqrt(c) * sigma) ** 2


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
my_density = -g_levels(1e-4j, [-1, 1, 1], 1.2 if my_sigma != 1.2 else 1.3).imag / np.pi
# %% q7 wrong: the sign of the density
my_density = g_levels(1e-4j, [-1, 1, 1], my_sigma).imag / np.pi
# %% q7 wrong: two levels with equal shares, as in chapter 2
my_density = np.sqrt(my_sigma**2 - 1) / my_sigma**2 / np.pi
# %% q7 wrong: the transform, not the density
my_density = -g_levels(1e-4j, [-1, 1, 1], my_sigma).imag


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


my_density = float(-np.imag(g_levels(1e-4j, [-1, 1, 1], my_sigma)) / np.pi)
