# %% [markdown]
# # Problem set 1: laws of large matrices
#
# *Chapters 1 and 2 · 90 to 120 minutes · 24 points*
#
# **You will** derive where one row that is different sends an eigenvalue, and the moments of the law of singular values; implement this law and its transform so that they hold for every shape and scale, test it by simulation against its own standard error, find what is wrong with two formulas in print, and judge how far a trained network is from noise.
#
# **How it works.** Run the cells in order and write your answer where a cell has dots. `grader.check` tells at once whether an answer has the right form and meets the simplest demands; the checks that count for points are stricter and use other numbers. An answer earns all its points or none. Each question may use what you defined in earlier ones. You may add cells anywhere before a question's check. When it is graded an answer has eight seconds and its checks ten, no network, no torch and no files; write the formulas yourself, with NumPy, SciPy and SymPy, and use `intruders` where a question says so. Hand in this notebook, saved, with the name that your course asks for.
#
# **Notation** is the book's: $W$ is $n\times m$ with independent entries of mean $0$ and variance $\sigma^2/m$, $c=n/m$, and $g(z)=\int\mu(dx)/(z-x)$, so that the density is $-\frac1\pi\operatorname{Im}g(x+i0)$.

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 1: one row that is different (2 points)
#
# A symmetric $N\times N$ matrix $M$ has independent entries with mean $0$ and variance $\sigma^2/N$, but those of its first row and column have the variance $\tau^2/N$. Removing this row and column leads in the limit to
#
# $$g_1=\frac1{z-\tau^2g},\qquad g=\frac1{z-\sigma^2g},$$
#
# where $g_1$ is the first diagonal entry of $(z-M)^{-1}$ and $g$ the transform of the law of all eigenvalues, which one row does not change. Give two SymPy expressions:
#
# - `g_first`, which is $g_1$, in `z`, `sigma` and `tau`, on the branch that holds for real $z>2\sigma$,
# - `place`, in `sigma` and `tau`: if $\tau$ is large enough, $g_1$ has a pole at a real $z>2\sigma$, because an eigenvalue has left the others. Where does it stand? (How large must $\tau$ be? In chapter 4 the eigenvalue of a spike of strength $\theta$ will stand at $\theta+\sigma^2/\theta$: which $\theta$ is such a row worth?)

# %% [raw]
# # BEGIN SOLUTION

# %%
z, sigma, tau = sp.symbols("z sigma tau", positive=True)
# BEGIN SOLUTION NO PROMPT
g = (z - sp.sqrt(z**2 - 4 * sigma**2)) / (2 * sigma**2)
# The pole is where g = z / tau^2; insert it in g (z - sigma^2 g) = 1.
# END SOLUTION
g_first = 1 / (z - tau**2 * g)  # SOLUTION
place = tau**2 / sp.sqrt(tau**2 - sigma**2)  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(g_first, place):
    from intruders.course import same

    message = "g_first must be a formula in z, sigma and tau, real and finite for large z"
    assert same(g_first, g_first, z=(12, 20), sigma=(0.5, 1), tau=(0.5, 2)), message
    message = "place must be a formula in sigma and tau, real and finite where tau is large"
    assert same(place, place, sigma=(0.5, 1), tau=(2, 5)), message


# %%
def test_a_row_like_the_others_and_the_units(g_first, place):
    import sympy as sp

    from intruders.course import same

    z, sigma = sp.symbols("z sigma")
    g = sp.sympify(g_first)
    g = g.xreplace({s: {"z": z, "sigma": sigma, "tau": sigma}[s.name] for s in g.free_symbols})
    message = "where tau is sigma no row is different: there it must solve g (z - sigma^2 g) = 1"
    assert same(g * (z - sigma**2 * g), sp.Integer(1), z=(6, 9), sigma=(0.5, 2)), message
    there = sp.sympify(place)
    twice = there.xreplace({s: 2 * s for s in there.free_symbols})
    message = "place must have the unit of sigma and tau: twice the entries, twice the eigenvalues"
    assert same(twice, 2 * there, sigma=(0.5, 1), tau=(2, 5)), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_is_the_branch_that_decays(g_first):
    import sympy as sp

    from intruders.course import same

    z, sigma, tau = sp.symbols("z sigma tau")
    expected = 1 / (z - 2 * tau**2 / (z + sp.sqrt(z**2 - 4 * sigma**2)))
    found = same(g_first, expected, z=(12, 20), sigma=(0.3, 2.5), tau=(0.3, 4))
    assert found, "it is not 1 / (z - tau^2 g) with the branch of g that decays"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_where_the_eigenvalue_stands(place):
    import sympy as sp

    from intruders.course import same

    sigma, tau = sp.symbols("sigma tau")
    there = sp.sympify(place)
    there = there.xreplace({s: {"sigma": sigma, "tau": tau}[s.name] for s in there.free_symbols})
    g = 2 / (there + sp.sqrt(there**2 - 4 * sigma**2))
    ranges = {"sigma": (0.3, 1), "tau": (1.5, 6)}  # above the threshold, tau > sqrt(2) sigma
    assert same(tau**2 * g / there, sp.Integer(1), **ranges), "it is no pole of g_1 beyond 2 sigma"


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
left = c * sigma**2 * z * g**2 - (z - sigma**2 * (1 - c)) * g + 1
left = sp.expand(z**4 * left)
vanish = [left.coeff(z, power) for power in (3, 2, 1)]
found = sp.solve(vanish, [m1, m2, m3], dict=True)[0]
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
        message = f"{name} must be an expression in c and sigma, with a finite value"
        assert same(moment, moment, c=(0.2, 5), sigma=(0.5, 2)), message


# %%
def test_scale(m2, m3):
    import sympy as sp

    from intruders.course import same

    def at(moment, scale):
        moment = sp.sympify(moment)
        return moment.subs({s: scale for s in moment.free_symbols if s.name == "sigma"})

    assert same(at(m2, 2), 16 * at(m2, 1), c=(0.2, 5)), "m2: W W' has the scale sigma^2, its square sigma^4"
    assert same(at(m3, 2), 64 * at(m3, 1), c=(0.2, 5)), "m3: W W' has the scale sigma^2, its cube sigma^6"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_values(m2, m3):
    import sympy as sp

    from intruders.course import same

    c, sigma = sp.symbols("c sigma")
    assert same(m2, sigma**4 * (1 + c), c=(0.1, 6), sigma=(0.3, 2)), "m2 is not sigma^4 (1 + c)"
    expected = sigma**6 * (1 + 3 * c + c**2)
    assert same(m3, expected, c=(0.1, 6), sigma=(0.3, 2)), "m3 is not sigma^6 (1 + 3 c + c^2)"


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
# Write `mp_density(x, c, sigma)`, the continuous part of the density of the eigenvalues of $WW^{\mathsf T}$ at an array `x` (an array of the same shape, zero outside of the support), and `atom(c)`, the mass at zero.

# %% [raw]
# # BEGIN SOLUTION


# %%
def mp_density(x, c, sigma):
    # BEGIN SOLUTION
    a, b = sigma**2 * (1 - np.sqrt(c)) ** 2, sigma**2 * (1 + np.sqrt(c)) ** 2
    x = np.asarray(x, dtype=float)
    inside = (x > a) & (x < b)
    density = np.zeros(x.shape)
    x = x[inside]
    density[inside] = np.sqrt((b - x) * (x - a)) / (2 * np.pi * c * sigma**2 * x)
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
    f = mp_density(x, 0.5, 1.0)
    assert np.shape(f) == x.shape, "mp_density must return an array of the shape of x"
    assert np.isrealobj(f) and np.all(np.isfinite(f)), "every value must be finite and real, also at x = 0"
    assert np.all(np.asarray(f) >= 0), "a density is nowhere negative"
    assert mp_density(np.array([3.5]), 0.5, 1.0)[0] == 0, "at c = 1/2, sigma = 1 it must be zero at x = 3.5"
    assert abs(np.trapezoid(f, x) - 1) < 1e-3, "at c = 1/2, sigma = 1 its integral must be one"
    assert np.ndim(atom(0.5)) == 0 and atom(0.5) == 0, "atom must return a number, and there is none at c = 1/2"
    assert 0 <= atom(3.0) < 1, "atom must return a mass, also for c > 1"


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
        assert abs((x**2 * weight).sum() - sigma**4 * (1 + c)) < 1e-4 * sigma**4, "the second moment is off"
        outside = mp_density(np.array([0.98 * a, 1.02 * b, 10 * b]), c, sigma)
        assert not np.any(outside), "it is not zero outside of the support"


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
    # The root of the product changes its sign left of the middle of the support.
    root = np.sqrt(z - a) * np.sqrt(z - b)
    return (z - sigma**2 * (1 - c) - root) / (2 * c * sigma**2 * z)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_right_of_the_law(g_mp):
    import numpy as np

    values = g_mp(np.array([5 + 1e-9j, 1j, -3 + 0.5j]), 1.0, 1.0)
    assert np.shape(values) == (3,), "an array of three z must give an array of three numbers"
    assert np.all(np.isfinite(values)), "every value must be finite"
    assert abs(values[0] - 0.27639) < 1e-4, "at z = 5 and c = sigma = 1 it is 0.27639"


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
        assert np.max(np.abs(left)) < 1e-8, "it does not solve the quadratic equation of question 2"
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
    found = -np.imag(g_mp(x + 1e-9j, 0.5, 1.0)) / np.pi
    assert np.allclose(found, density, atol=1e-5), "near the axis it does not give the density"


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
# Write `second_moment(n, m, sigma, draws, rng)`, which draws `draws` matrices by the generator `rng` and returns the mean of $\frac1n\operatorname{tr}(WW^{\mathsf T})^2$ over them and the standard error of that mean, as two floats. (Whether the variance is divided by the number of draws or by one less does not matter here.)

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

    found = second_moment(30, 30, 1.0, 200, np.random.default_rng(0))
    assert np.shape(found) == (2,) and np.all(np.isfinite(found)), "two finite numbers: mean and standard error"
    mean, error = found
    assert 0 < error < 0.1, f"{error} cannot be the standard error of a mean of 200 such numbers"
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
        other = second_moment(n, m, sigma, 300, np.random.default_rng(seed + 50))
        assert other[0] != mean, "it must use rng"


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
# A set of lecture slides on LoRA and random matrices (Khodabandeh and Heidari, 2024) gives the law of question 3 more than once: in the notation of this set, as "Marchenko–Pastur law: complete form" and as the law of the "pre-trained weight matrix" the densities
#
# $$f_1(x)=\frac{\sqrt{(b-x)(x-a)}}{2\pi c\,x}\qquad\text{and}\qquad f_2(x)=\frac{\sqrt{(b-x)(x-a)}}{2\pi\sigma^2x},\qquad a,b=\sigma^2(1\mp\sqrt c)^2,$$
#
# to which for $c>1$ an atom of mass $1-1/c$ at zero belongs. The law of the original paper (Marchenko and Pastur, 1967) is another: only its mass is always one, as chapter 1 found by weighing them. Here are two repairs, of which one fails. Give three SymPy expressions in `c` and `sigma`:
#
# - Somebody divides the first law by its total mass, for $c>1$ the density *and* the atom. Now the mass is one, and for $c\le1$ the law is right. `mended`: the *mean* of what comes out for $c>1$. (The right one has the mean $\sigma^2$. Which histogram would have shown it?)
# - The second density needs no repair, for every $c$ and $\sigma$, if one says of *which* matrix made of $W$ it describes the eigenvalues. `zeros`: the mass at zero that goes with it for $c\le1$. `mean`: the mean of this law.

# %% [raw]
# # BEGIN SOLUTION

# %%
c, sigma = sp.symbols("c sigma", positive=True)
# BEGIN SOLUTION NO PROMPT
# f_1 is sigma^2 times the right density, whose mass for c > 1 is 1 / c.
# f_2 is c times the right density: that of the m eigenvalues of W' W.
# END SOLUTION
mended = sigma**2 * sigma**2 / (sigma**2 / c + 1 - 1 / c)  # SOLUTION
zeros = 1 - c  # SOLUTION
mean = c * sigma**2  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(mended, zeros, mean):
    import sympy as sp

    from intruders.course import same

    for name, one, c in (("mended", mended, (1.1, 6)), ("zeros", zeros, (0.1, 1)), ("mean", mean, (0.1, 6))):
        message = f"{name} must be an expression in c and sigma, with a finite value"
        assert same(sp.sympify(one), one, c=c, sigma=(0.3, 3)), message


# %%
def test_where_both_are_right(mended, zeros, mean):
    import sympy as sp

    from intruders.course import same

    def where(formula, **values):
        formula = sp.sympify(formula)
        return formula.subs({s: values[s.name] for s in formula.free_symbols if s.name in values})

    message = "at sigma = 1 the first law is right, and the mean of the right one is one"
    assert same(where(mended, sigma=1), sp.Integer(1), c=(1.1, 6)), message
    message = "at c = 1 the second law is right, and has no atom"
    assert same(where(zeros, c=1), sp.Integer(0), sigma=(0.3, 3)), message
    message = "at c = 1 the second law is right, and the mean of the right one is sigma^2"
    assert same(where(mean, c=1), sp.Symbol("sigma") ** 2, sigma=(0.3, 3)), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_the_repair_that_fails(mended):
    import numpy as np
    import sympy as sp

    for c, sigma in ((1.5, 0.6), (3.0, 2.0), (5.0, 1.3)):
        a, b = sigma**2 * (1 - c**0.5) ** 2, sigma**2 * (1 + c**0.5) ** 2
        angle = (np.arange(2000) + 0.5) * np.pi / 2000
        x = (a + b) / 2 - (b - a) / 2 * np.cos(angle)
        weight = ((b - a) / 2 * np.sin(angle)) ** 2 / (2 * np.pi * c * x) * np.pi / 2000
        expected = (x @ weight) / (weight.sum() + 1 - 1 / c)
        values = {s: {"c": c, "sigma": sigma}[s.name] for s in sp.sympify(mended).free_symbols}
        found = float(sp.sympify(mended).subs(values))
        message = f"mended is {found:.6g} and not {expected:.6g} at c = {c}, sigma = {sigma}"
        assert abs(found / expected - 1) < 1e-6, message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_the_other_matrix(zeros, mean):
    import sympy as sp

    from intruders.course import same

    c, sigma = sp.symbols("c sigma")
    message = "zeros is not 1 - c: W' W has m - n zeros among m eigenvalues"
    assert same(sp.sympify(zeros), 1 - c, c=(0.1, 1), sigma=(0.3, 3)), message
    message = "mean is not c sigma^2: tr W' W / m is c times tr W W' / n"
    assert same(sp.sympify(mean), c * sigma**2, c=(0.1, 6), sigma=(0.3, 3)), message


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
# (Pastur, 1972). Write `g_levels(z, levels, sigma)`, which returns this complex number for one complex `z` with $\operatorname{Im}z\ge10^{-4}$. Plain iteration may be slow near the axis: average, or use Newton's method from above.
#
# Then give `my_density`, the density at $x=0$ as one real number (take $\operatorname{Im}z=10^{-4}$), for the levels $-1$, $1$, $1$ (two thirds of the diagonal are $1$) and for the noise `my_sigma` of the next cell, which is yours.

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


my_density = -g_levels(1e-4j, [-1, 1, 1], my_sigma).imag / np.pi  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_no_levels_is_the_semicircle(g_levels):
    g = g_levels(0.5 + 1j, [0.0], 1.0)
    assert isinstance(g, complex), "g_levels must return one complex number"
    assert abs(g * (0.5 + 1j - g) - 1) < 1e-8, "with one level at zero it must solve the equation of the semicircle"
    assert g.imag < 0, "the imaginary part must be negative"


# %%
def test_density_is_a_number(my_density):
    import numpy as np

    assert np.ndim(my_density) == 0 and np.isrealobj(my_density), "my_density must be one real number"
    assert np.isfinite(float(my_density)), "my_density must be finite"
    assert my_density > 0, "at x = 0 there are eigenvalues: my_density must be positive"


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
    # 3 g (w^2 - 1) = 3 w + 1 with w = z - sigma^2 g; one root of the cubic is below the axis.
    w = np.poly1d([-(sigma**2), 1e-4j])
    cubic = 3 * np.poly1d([1, 0]) * (w**2 - 1) - 3 * w - 1
    expected = -min(cubic.roots.imag) / np.pi
    message = f"my_density is {my_density:.6g} and not {expected:.6g}"
    assert abs(my_density - expected) < 1e-4, message


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
# base["noise edge"] = ...  # of the law with the same shape and mean square of the entries
# ```
#
# The table `minilm-base` has one row for each of the 36 adapted matrices of a small trained encoder: its shape (`n`, `m`), all its singular values (`values`), the edge of a smooth bulk fitted to them (`edge`), how many lie beyond it (`outliers`), and the Kolmogorov–Smirnov distance of the others from that fit (`distance`). Ignore `detachment` and `visibility`.
#
# Add a code cell for it, and compute for every matrix the edge $\sigma(1+\sqrt c)$ that pure noise with the same mean square of the entries would have, and the number of singular values beyond it; the range and the median of what you compare are enough. Then argue in at most 200 words, with these numbers (a table does not count towards the words): In what are these matrices like noise, and in what not? What does "universality" promise about them, and what would you have to assume? What would go wrong with a threshold for spikes that is computed from $\sigma$ alone?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# The mean square of the entries gives $\sigma^2=\frac1n\sum_i s_i^2$ (the sum of the $n\times m$ entries' squares over $n$, since each has variance $\sigma^2/m$).
#
# | over the 36 matrices | least | median | most |
# |---|---|---|---|
# | singular values beyond $\sigma(1+\sqrt c)$ | 6 | 22.5 | 41 |
# | their share of the sum of squares | 0.07 | 0.31 | 0.40 |
# | largest singular value over $\sigma(1+\sqrt c)$ | 1.11 | 1.72 | 4.13 |
# | outliers of the fit | 2 | 12 | 36 |
# | fitted edge over $\sigma(1+\sqrt c)$ | 0.84 | 1.13 | 1.32 |
# | Kolmogorov–Smirnov distance from the fit | 0.010 | 0.037 | 0.084 |
#
# *Model answer.* Like noise: at least nine in ten of the singular values of each matrix fill a smooth bulk, within 0.08 of a fitted law. Unlike noise: every matrix has values beyond the edge of noise of its size, 6 to 41 of them, where noise of these shapes has none or one, and the largest stands up to four times as far out. They carry 7 to 40 per cent of the squares. Universality is about *independent* entries of equal variance: then their law would not matter for the bulk. Training makes entries dependent, so nothing is promised, and that a bulk is smooth is an observation. One would have to assume that what training left behind is independent of what was drawn, and small. A threshold from $\sigma$ alone counts the outliers into $\sigma$ and supposes the wrong law. In 31 of 36 matrices the fitted bulk ends beyond it, by up to a third, and it calls 809 values outliers in place of 462; in the five others the bulk ends before it, and in four of these it misses spikes. The threshold must come from the bulk that is there.
#
# **Rubric**
#
# - 1 point: right edges ($\sigma$ from the mean square and the shape, $1+\sqrt c$ and not $2$ for the matrices that are not square) and the counts beyond them.
# - 1 point: says with numbers that most singular values fill a smooth bulk, and that every matrix has many values beyond the edge of noise, which has none or one there at these sizes.
# - 1 point: universality is about *independent* entries; trained entries are not, so it promises nothing here. That a smooth bulk fits is an observation.
# - 1 point: the outliers take part of the mean square and the bulk is not Marchenko–Pastur, so that $\sigma(1+\sqrt c)$ is not the end of the bulk; a threshold from $\sigma$ alone calls bulk values spikes or misses small spikes. The threshold has to come from the fitted bulk.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
