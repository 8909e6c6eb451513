# %% [markdown]
# # Problem set 1: laws of large matrices
#
# *Chapters 1 and 2 · 90 to 120 minutes · 24 points*
#
# **You will** derive the transforms and moments of the two laws that everything else stands on, implement them so that they hold for every shape and scale, test them by simulation against its own standard error, find what is wrong with a formula in print, and judge how far a trained network is from noise.
#
# **How it works.** Run the cells in order and write your answer where a cell has dots. `grader.check` tells at once whether an answer has the right form and meets the simplest demands; the checks that count for points are stricter and use other numbers. An answer earns all its points or none. Each question may use what you defined in earlier ones. Hand in this notebook, saved, with the name that your course asks for.
#
# **Notation** is the book's: $W$ is $n\times m$ with independent entries of mean $0$ and variance $\sigma^2/m$, $c=n/m$, and $g(z)=\int\mu(dx)/(z-x)$, so that the density is $-\frac1\pi\operatorname{Im}g(x+i0)$.

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 1: the transform of the semicircle (2 points)
#
# Removing a row and a column from a symmetric matrix whose entries have variance $\sigma^2/N$ leads in the limit to
#
# $$g = \frac{1}{z-\sigma^2 g}.$$
#
# Solve it for $g$: a SymPy expression `g_semicircle` in the symbols `z` and `sigma`, on the branch that holds for real $z>2\sigma$.

# %% [raw]
# # BEGIN SOLUTION

# %%
z, sigma = sp.symbols("z sigma", positive=True)
g_semicircle = (z - sp.sqrt(z**2 - 4 * sigma**2)) / (2 * sigma**2)  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_solves_the_equation(g_semicircle):
    import sympy as sp

    from intruders.course import same

    z, sigma = sp.symbols("z sigma")
    left = g_semicircle * (z - sigma**2 * g_semicircle)
    assert same(left, sp.Integer(1), z=(6, 9), sigma=(0.5, 2)), "it does not solve the equation"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_is_the_branch_that_decays(g_semicircle):
    import sympy as sp

    from intruders.course import same

    z, sigma = sp.symbols("z sigma")
    assert same(g_semicircle, 2 / (z + sp.sqrt(z**2 - 4 * sigma**2)), z=(6, 20), sigma=(0.3, 2.5))


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 2: moments of Marchenko and Pastur (2 points)
#
# The transform of the limit law of the eigenvalues of $WW^{\mathsf T}$ solves
#
# $$c\sigma^2 z\,g^2-\bigl(z-\sigma^2(1-c)\bigr)g+1=0 .$$
#
# Expand $g=\frac1z+\frac{m_1}{z^2}+\frac{m_2}{z^3}+\frac{m_3}{z^4}+\dots$ and compare coefficients. Give `m2` and `m3` as SymPy expressions in `c` and `sigma`.

# %% [raw]
# # BEGIN SOLUTION

# %%
c, sigma = sp.symbols("c sigma", positive=True)
# BEGIN SOLUTION
z, m1, m2, m3 = sp.symbols("z m1 m2 m3")
g = 1 / z + m1 / z**2 + m2 / z**3 + m3 / z**4
equation = sp.expand(z**4 * (c * sigma**2 * z * g**2 - (z - sigma**2 * (1 - c)) * g + 1))
found = sp.solve([equation.coeff(z, power) for power in (3, 2, 1)], [m1, m2, m3], dict=True)[0]
m2, m3 = found[m2], found[m3]
# END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(m2, m3):
    from intruders.course import same

    for name, moment in {"m2": m2, "m3": m3}.items():
        assert same(moment, moment, c=(0.2, 5), sigma=(0.5, 2)), f"{name} must be an expression in c and sigma"


# %%
def test_scale(m2, m3):
    from intruders.course import same

    def at(moment, scale):
        return moment.subs({s: scale for s in moment.free_symbols if s.name == "sigma"})

    assert same(at(m2, 2), 16 * at(m2, 1), c=(0.2, 5)), "WW' has the scale sigma^2, and its square sigma^4"
    assert same(at(m3, 2), 64 * at(m3, 1), c=(0.2, 5))


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_values(m2, m3):
    import sympy as sp

    from intruders.course import same

    c, sigma = sp.symbols("c sigma")
    assert same(m2, sigma**4 * (1 + c), c=(0.1, 6), sigma=(0.3, 2))
    assert same(m3, sigma**6 * (1 + 3 * c + c**2), c=(0.1, 6), sigma=(0.3, 2))


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 3
# all_or_nothing: true

# %% [markdown]
# ## Question 3: the law, for every shape and scale (3 points)
#
# Write `mp_density(x, c, sigma)`, the continuous part of the density of the eigenvalues of $WW^{\mathsf T}$ at an array `x` (zero outside of the support), and `atom(c)`, the mass at zero.

# %% [raw]
# # BEGIN SOLUTION


# %%
def mp_density(x, c, sigma):
    # BEGIN SOLUTION
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    x = np.asarray(x, dtype=float)
    inside = (x > a) & (x < b)
    density = np.zeros(x.shape)
    density[inside] = np.sqrt((b - x[inside]) * (x[inside] - a)) / (2 * np.pi * c * sigma**2 * x[inside])
    return density
    # END SOLUTION


def atom(c):
    return max(0.0, 1 - 1 / c)  # SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_is_a_density_at_c_one_half(mp_density, atom):
    import numpy as np

    x = np.linspace(0, 4, 40001)
    assert np.all(mp_density(x, 0.5, 1.0) >= 0) and mp_density(np.array([3.5]), 0.5, 1.0)[0] == 0
    assert abs(np.trapezoid(mp_density(x, 0.5, 1.0), x) - 1) < 1e-3 and atom(0.5) == 0


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_mass_and_moments(mp_density, atom):
    import numpy as np

    for c, sigma in ((0.25, 0.6), (2.5, 1.7), (4.0, 1.0), (0.9, 2.0)):
        a, b = sigma**2 * (1 - c**0.5) ** 2, sigma**2 * (1 + c**0.5) ** 2
        angle = (np.arange(2000) + 0.5) * np.pi / 2000
        x = (a + b) / 2 - (b - a) / 2 * np.cos(angle)
        weight = mp_density(x, c, sigma) * (b - a) / 2 * np.sin(angle) * np.pi / 2000
        assert abs(weight.sum() + atom(c) - 1) < 1e-4, "the mass is not one"
        assert abs((x * weight).sum() - sigma**2) < 1e-4 * sigma**2, "the mean is not sigma^2"
        assert abs((x**2 * weight).sum() - sigma**4 * (1 + c)) < 1e-4 * sigma**4
        assert not np.any(mp_density(np.array([0.98 * a, 1.02 * b, 10 * b]), c, sigma))


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q4
# points: 3
# all_or_nothing: true

# %% [markdown]
# ## Question 4: a square root with the right branch (3 points)
#
# Write `g_mp(z, c, sigma)`, the Stieltjes transform of the same law with its atom, for an array of complex `z` with $\operatorname{Im}z>0$, anywhere in the upper half plane. (Where does `np.sqrt` of a product go wrong?)

# %% [raw]
# # BEGIN SOLUTION


# %%
def g_mp(z, c, sigma):
    # BEGIN SOLUTION
    z = np.asarray(z, dtype=complex)
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    root = np.sqrt(z - a) * np.sqrt(z - b)  # of the product it would change sign left of the middle of the support
    return (z - sigma**2 * (1 - c) - root) / (2 * c * sigma**2 * z)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_right_of_the_law(g_mp):
    import numpy as np

    value = g_mp(np.array([5 + 1e-9j]), 1.0, 1.0)[0]
    assert abs(value - 0.27639) < 1e-4, "at z = 5 and c = sigma = 1 it is .27639"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_is_a_stieltjes_transform(g_mp):
    import numpy as np

    rng = np.random.default_rng(5)
    for c, sigma in ((0.3, 0.7), (1.0, 1.0), (3.0, 1.6)):
        z = rng.uniform(-9, 9, 300) + 1j * 10 ** rng.uniform(-3, 1, 300)
        g = g_mp(z, c, sigma)
        assert np.all(np.imag(g) < 0), "its imaginary part must be negative in the upper half plane"
        left = c * sigma**2 * z * g**2 - (z - sigma**2 * (1 - c)) * g + 1
        assert np.max(np.abs(left)) < 1e-8
        far = np.array([-1e5 + 1j, 1e5j, 1e5 + 1j])
        assert np.allclose(far * g_mp(far, c, sigma), 1, atol=1e-3), "far away it must be 1/z"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_atom_and_density(g_mp):
    import numpy as np

    near = 1e-7j * np.array([1.0])
    for c in (0.5, 4.0):
        assert abs(near[0] * g_mp(near, c, 1.0)[0] - max(0, 1 - 1 / c)) < 1e-3, "the atom is lost"
    a, b, x = (1 - 0.5**0.5) ** 2, (1 + 0.5**0.5) ** 2, np.array([0.2, 1.0, 2.5])
    density = np.sqrt((b - x) * (x - a)) / (np.pi * x)
    assert np.allclose(-np.imag(g_mp(x + 1e-9j, 0.5, 1.0)) / np.pi, density, atol=1e-5)


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q5
# points: 3
# all_or_nothing: true

# %% [markdown]
# ## Question 5: a moment with its standard error (3 points)
#
# For Gaussian entries the second moment of the spectrum is known at every size,
#
# $$\mathbb E\,\frac1n\operatorname{tr}(WW^{\mathsf T})^2=\sigma^4\Bigl(1+c+\frac1m\Bigr).$$
#
# Write `second_moment(n, m, sigma, draws, rng)`, which draws `draws` matrices by the generator `rng` and returns the mean of $\frac1n\operatorname{tr}(WW^{\mathsf T})^2$ over them and the standard error of that mean, as two floats.

# %% [raw]
# # BEGIN SOLUTION


# %%
def second_moment(n, m, sigma, draws, rng):
    # BEGIN SOLUTION
    values = np.empty(draws)
    for k in range(draws):
        W = rng.normal(0, sigma / np.sqrt(m), (n, m))
        values[k] = np.sum((W @ W.T) ** 2) / n
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(draws))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_square_matrices(second_moment):
    import numpy as np

    mean, error = second_moment(30, 30, 1.0, 200, np.random.default_rng(0))
    assert 0 < error < 0.1, f"the standard error is {error}"
    assert abs(mean - (2 + 1 / 30)) < 5 * error, f"{mean} is too far from the exact value"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_other_shapes_and_draws(second_moment):
    import numpy as np

    for seed, (n, m, sigma) in enumerate([(20, 60, 0.5), (60, 20, 1.5), (40, 40, 1.0)]):
        mean, error = second_moment(n, m, sigma, 300, np.random.default_rng(seed))
        exact = sigma**4 * (1 + n / m + 1 / m)
        rng = np.random.default_rng(99)
        values = [np.sum((W @ W.T) ** 2) / n for W in rng.normal(0, sigma / np.sqrt(m), (300, n, m))]
        assert abs(mean - exact) < 5 * error, "the mean is off"
        assert 0.75 < error / (np.std(values) / np.sqrt(300)) < 1.33, "the standard error is off"
        assert second_moment(n, m, sigma, 300, np.random.default_rng(seed + 50))[0] != mean, "it must use rng"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q6
# points: 3
# all_or_nothing: true

# %% [markdown]
# ## Question 6: find the mistake (3 points)
#
# A set of lecture slides on LoRA and random matrices (Khodabandeh, 2024) gives, as "Marchenko–Pastur law: complete form", the density
#
# $$f(x)=\frac{\sqrt{(b-x)(x-a)}}{2\pi c\,x},\qquad a,b=\sigma^2(1\mp\sqrt c)^2,$$
#
# for entries of variance $\sigma^2$. The law of the original paper (Marchenko and Pastur, 1967) is another. Give three SymPy expressions in `c` and `sigma`:
#
# - `mass_thin`, the total mass $\int_a^b f$ of the printed density where $c\le1$,
# - `mass_tall`, the same where $c>1$,
# - `factor`, by which $f$ must be multiplied for the continuous part to be right for every $c$ and $\sigma$.

# %% [raw]
# # BEGIN SOLUTION

# %%
c, sigma = sp.symbols("c sigma", positive=True)
mass_thin = sigma**2  # SOLUTION
mass_tall = sigma**2 / c  # SOLUTION
factor = 1 / sigma**2  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_right_where_sigma_is_one(mass_thin, factor):
    import sympy as sp

    for name, one in {"mass_thin": mass_thin, "factor": factor}.items():
        value = sp.sympify(one).subs({s: 1 for s in sp.sympify(one).free_symbols if s.name == "sigma"})
        assert sp.simplify(value) == 1, f"the printed law is right at sigma = 1 and c <= 1, so there {name} is 1"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_masses(mass_thin, mass_tall):
    import sympy as sp

    from intruders.course import same

    c, sigma = sp.symbols("c sigma")
    assert same(mass_thin, sigma**2, c=(0.1, 1), sigma=(0.3, 3))
    assert same(mass_tall, sigma**2 / c, c=(1, 6), sigma=(0.3, 3))


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_factor(factor):
    import sympy as sp

    from intruders.course import same

    assert same(factor, 1 / sp.Symbol("sigma") ** 2, c=(0.1, 6), sigma=(0.3, 3))


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q7
# points: 4
# all_or_nothing: true

# %% [markdown]
# ## Question 7: a matrix of your own, with structure (4 points)
#
# Add noise to what is known: let $D$ be diagonal with the levels $d_1,\dots,d_k$, each on an equal share of its diagonal, and $X$ symmetric noise of variance $\sigma^2/N$. The transform of $D+X$ is the only solution of
#
# $$g=\frac1k\sum_{i=1}^k\frac1{z-\sigma^2g-d_i},\qquad\operatorname{Im}g<0\quad\text{for }\operatorname{Im}z>0$$
#
# (Pastur, 1972). Write `g_levels(z, levels, sigma)` for a complex number `z` with $\operatorname{Im}z\ge10^{-4}$. Plain iteration may be slow near the axis: average, or use Newton's method from above.
#
# Then give `my_density`, the density at $x=0$ (take $\operatorname{Im}z=10^{-4}$), for levels $-1$ and $1$ and for the noise `my_sigma` of the next cell, which is yours.

# %% [raw]
# # BEGIN SOLUTION

# %%
my_sigma = own(STUDENT_ID, "ps1 q7", [1.1, 1.2, 1.3, 1.4, 1.5])


def g_levels(z, levels, sigma):
    # BEGIN SOLUTION
    levels = np.asarray(levels, dtype=float)
    g, heights = 1 / (z + 10j), np.geomspace(max(10, 10 * z.imag), z.imag, 60)
    for height in heights:  # from far above, where the solution is 1/z, down to z
        point = z.real + 1j * height
        for _ in range(50):
            inside = 1 / (point - sigma**2 * g - levels)
            step = (g - inside.mean()) / (1 - sigma**2 * np.mean(inside**2))
            g = g - step
            if abs(step) < 1e-13:
                break
    return complex(g)
    # END SOLUTION


my_density = -g_levels(1e-4j, [-1, 1], my_sigma).imag / np.pi  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_no_levels_is_the_semicircle(g_levels):
    g = g_levels(0.5 + 1j, [0.0], 1.0)
    assert abs(g * (0.5 + 1j - g) - 1) < 1e-8 and g.imag < 0


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_is_the_solution(g_levels):
    import numpy as np

    rng = np.random.default_rng(7)
    for sigma, levels in ((0.5, [-2.0, 0.5, 1.0]), (1.3, [-1.0, 1.0]), (0.2, [0.0, 0.0, 3.0])):
        for _ in range(12):
            z = complex(rng.uniform(-4, 4), 10 ** rng.uniform(-4, 0.5))
            g = g_levels(z, levels, sigma)
            assert abs(g - np.mean(1 / (z - sigma**2 * g - np.array(levels)))) < 1e-7, f"no solution at {z}"
            assert g.imag < 0, f"another branch at {z}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_own_number(my_density, STUDENT_ID):
    import numpy as np

    from intruders.course import own

    sigma = own(STUDENT_ID, "ps1 q7", [1.1, 1.2, 1.3, 1.4, 1.5])
    # At z = 0 and g = -i y: y = (sigma^2 y) / (1 + sigma^4 y^2), so y = sqrt(sigma^2 - 1) / sigma^2.
    assert abs(my_density - np.sqrt(sigma**2 - 1) / sigma**2 / np.pi) < 1e-3


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q8
# points: 4
# manual: true

# %% [markdown]
# ## Question 8: is a trained matrix noise? (4 points, read by a person)
#
# ```python
# from intruders import data
#
# base = data.load("minilm-base")
# base["noise edge"] = ...  # of the Marchenko-Pastur law with the same shape and mean square
# ```
#
# The table `minilm-base` has one row for each of the 36 adapted matrices of a small trained encoder: its shape (`n`, `m`), all its singular values (`values`), the edge of a smooth bulk fitted to them (`edge`), how many lie beyond it (`outliers`), and the Kolmogorov–Smirnov distance from that fit (`distance`).
#
# Compute for every matrix the edge $\sigma(1+\sqrt c)$ that pure noise with the same mean square would have, and the number of singular values beyond it. Then argue in at most 200 words, with numbers of your own: In what are these matrices like noise, and in what not? What does "universality" promise about them, and what would you have to assume? What would go wrong with a threshold for spikes that is computed from $\sigma$ alone?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# The mean square gives $\sigma^2=\frac1n\sum_i s_i^2$ (the sum of the $n\times m$ entries' squares over $n$, since each has variance $\sigma^2/m$).
#
# **Rubric**
#
# - 1 point: right edges ($\sigma$ from the mean square and the shape, $1+\sqrt c$ and not $2$ for the matrices that are not square) and the counts beyond them.
# - 1 point: says with numbers that most singular values fill a smooth bulk and that every matrix has values far beyond any noise edge, more than the order $n^{1/3}$ spacing at an edge could explain.
# - 1 point: universality is about *independent* entries; trained entries are not, so it promises nothing here. That a smooth bulk fits is an observation.
# - 1 point: the outliers take part of the mean square and the bulk is not Marchenko–Pastur, so that $\sigma(1+\sqrt c)$ is not the end of the bulk; a threshold from $\sigma$ alone calls bulk values spikes or misses small spikes. The threshold has to come from the fitted bulk.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
