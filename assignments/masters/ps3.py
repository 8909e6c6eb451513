# %% [markdown]
# # Problem set 3: spikes that leave
#
# *Chapters 4 and 5 · 120 to 150 minutes · 25 points*
#
# **You will** say for noise of any shape what becomes of a spike, and how much of its outlier is worth keeping; do the same for a bulk that is not noise and for a spectrum that somebody hands you; find what is wrong with a threshold in print; see by simulation that eigenvalues and singular values do not leave together; find out which parts of a low-rank update leave; and judge what the threshold, a limit, is worth at the sizes of real matrices.
#
# **How it works.** Run the cells in order and write your answer where a cell has dots. `grader.check` tells at once whether an answer has the right form and meets the simplest demands; the checks that count for points are stricter and use other numbers. An answer earns all its points or none. Each question may use what you defined in earlier ones. You may add cells anywhere before a question's check. When it is graded an answer has eight seconds and its checks ten, no network, no torch and no files; write the formulas yourself, with NumPy, SciPy and SymPy, and use `intruders` where a question says so. Hand in this notebook, saved, with the name that your course asks for.
#
# **Notation** is the book's: $W_0$ is $n\times m$ with $c=n/m$; if it is noise, its entries are independent with mean $0$ and variance $\sigma^2/m$. A spike $\theta uv^{\mathsf T}$ has unit vectors $u$, $v$ that know neither $W_0$ nor each other. The largest singular value of $W_0+\theta uv^{\mathsf T}$ tends to its *place* $\rho$ and has the vectors $\hat u$, $\hat v$; the squared cosines $\langle u,\hat u\rangle^2$ and $\langle v,\hat v\rangle^2$ are the left and the right overlap. $\varphi_1(z)$ and $\varphi_2(z)$ are the limits of $\frac1n\operatorname{tr}z(z^2-W_0W_0^{\mathsf T})^{-1}$ and $\frac1m\operatorname{tr}z(z^2-W_0^{\mathsf T}W_0)^{-1}$, and $D=\varphi_1\varphi_2$.

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 1: one spike, any shape (2 points)
#
# Write `spike(theta, c, sigma)` for one spike in noise: three numbers, the limits of the largest singular value, of the left overlap and of the right overlap, on both sides of the threshold. (Which side has more entries if $c>1$, and which loses more?)

# %% [raw]
# # BEGIN SOLUTION

# %%
def spike(theta, c, sigma):
    # BEGIN SOLUTION
    t2 = (theta / sigma) ** 2
    if t2 <= np.sqrt(c):
        return sigma * (1 + np.sqrt(c)), 0.0, 0.0
    place = sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)
    kept = t2**2 - c
    return place, kept / (t2 * (t2 + c)), kept / (t2 * (t2 + 1))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_square_matrices(spike):
    import numpy as np

    for c in (0.4, 1.0, 3.0):
        for theta in (0.2, 5.0):
            found = spike(theta, c, 1.0)
            assert np.shape(found) == (3,), "three numbers: place, left overlap, right overlap"
            assert np.all(np.isfinite(found)), f"all three must be finite, also at theta = {theta}, c = {c}"
    message = "at theta = 2, c = sigma = 1 the place is 2.5 and both overlaps are 0.75"
    assert np.allclose(spike(2.0, 1.0, 1.0), [2.5, 0.75, 0.75]), message
    assert np.allclose(spike(0.9, 1.0, 1.0), [2, 0, 0]), "below the threshold nothing leaves the noise"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_against_the_law_of_marchenko_and_pastur(spike):
    import numpy as np
    from scipy.optimize import brentq

    for c, sigma, load in ((0.25, 0.6, 1.3), (0.6, 2.0, 2.0), (1.0, 0.5, 1.5), (2.0, 1.4, 1.2), (4.0, 1.0, 1.8)):
        a, b = sigma**2 * (1 - c**0.5) ** 2, sigma**2 * (1 + c**0.5) ** 2
        angle = (np.arange(4000) + 0.5) * np.pi / 4000
        x = (a + b) / 2 - (b - a) / 2 * np.cos(angle)
        weight = ((b - a) / 2 * np.sin(angle)) ** 2 / (2 * np.pi * c * sigma**2 * x) * np.pi / 4000
        atom = max(0.0, 1 - 1 / c)

        def forms(z, c=c, x=x, weight=weight, atom=atom):
            first = np.sum(weight * z / (z**2 - x)) + atom / z
            return first, c * first + (1 - c) / z

        theta, edge = load * sigma * c**0.25, np.sqrt(b)
        rho = brentq(lambda z, f=forms, theta=theta: theta**2 * np.prod(f(z)) - 1, edge * 1.0001, edge + theta)
        slope = (np.prod(forms(rho + 1e-5)) - np.prod(forms(rho - 1e-5))) / 2e-5
        left, right = (-2 * form / (theta**2 * slope) for form in forms(rho))
        found = spike(theta, c, sigma)
        assert abs(found[0] / rho - 1) < 1e-5, f"the place of theta = {theta:.3g} at c = {c}, sigma = {sigma}"
        assert abs(found[1] - left) < 1e-4 and abs(found[2] - right) < 1e-4, f"the overlaps at c = {c}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_both_sides_of_the_threshold(spike):
    import numpy as np

    for c, sigma in ((0.3, 0.7), (1.0, 3.0), (5.0, 1.2)):
        threshold, edge = sigma * c**0.25, sigma * (1 + c**0.5)
        for load in (0.05, 0.6, 0.98):
            assert np.allclose(spike(load * threshold, c, sigma), [edge, 0, 0]), "nothing may leave below the threshold"
        place, left, right = spike(1.001 * threshold, c, sigma)
        assert edge < place < 1.001 * edge and 0 < left < 0.01 and 0 < right < 0.01, "it leaves without a jump"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_the_transpose_exchanges_the_sides(spike):
    import numpy as np

    for theta, c, sigma in ((1.5, 0.2, 1.0), (2.5, 3.0, 0.8)):
        place, left, right = spike(theta, c, sigma)
        assert np.allclose(spike(theta, 1 / c, sigma * c**0.5), [place, right, left]), "M and M' have the same outlier"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 3
# all_or_nothing: true

# %% [markdown]
# ## Question 2: what is an outlier worth? (3 points)
#
# You see $M=W_0+\theta uv^{\mathsf T}$, with noise for $W_0$, and want the spike back. You keep $x\,\hat u\hat v^{\mathsf T}$, with some number $x$, and lose
#
# $$\lVert\theta uv^{\mathsf T}-x\,\hat u\hat v^{\mathsf T}\rVert_F^2=\theta^2-2x\,\theta\,\langle u,\hat u\rangle\langle v,\hat v\rangle+x^2 .$$
#
# (The product of the two cosines is positive.) Let the outlier stand at $s$. Give two SymPy expressions for the limit:
#
# - `best`, in `s`, `c` and `sigma`: the $x$ that loses least. You do not know $\theta$, so it may not occur.
# - `cut`, in `c` and `sigma`: the place below which an outlier that is kept as it is, $x=s$, loses more than no outlier at all, $x=0$.
#
# (A start: the place of question 1 says that $\theta^2+c\sigma^4/\theta^2=s^2-(1+c)\sigma^2$. Gavish and Donoho, 2014 and 2017. Cutting off "noise", or taking an intruder out, is such a choice of $x$.)

# %% [raw]
# # BEGIN SOLUTION

# %%
s, c, sigma = sp.symbols("s c sigma", positive=True)
# BEGIN SOLUTION
# best^2 = theta^2 left right = (theta^4 - c sigma^4)^2 / (theta^4 s^2), and
# with q = theta^2 + c sigma^4 / theta^2 it is (q^2 - 4 c sigma^4) / s^2.
q = s**2 - (1 + c) * sigma**2
best = sp.sqrt(q**2 - 4 * c * sigma**4) / s
# x = s loses s^2 - 2 s best more than x = 0 does: they meet at s = 2 best.
y = sp.Symbol("y", positive=True)  # s^2
roots = sp.solve((y**2 - 4 * (q**2 - 4 * c * sigma**4)).subs(s, sp.sqrt(y)), y)
beyond = [root for root in roots if root.subs({c: 1, sigma: 1}) > 4]
cut = sp.sqrt(beyond[0])
# END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(best, cut):
    from intruders.course import same

    assert same(best, best, s=(8, 12), c=(0.2, 4), sigma=(0.5, 1.5)), "best is an expression in s, c and sigma"
    assert same(cut, cut, c=(0.2, 4), sigma=(0.5, 1.5)), "cut is an expression in c and sigma"


# %%
def test_scale_and_order(best, cut):
    import sympy as sp

    def at(formula, **values):
        formula = sp.sympify(formula)
        return float(formula.subs({one: values[one.name] for one in formula.free_symbols}))

    twice = at(best, s=10, c=0.5, sigma=2) - 2 * at(best, s=5, c=0.5, sigma=1)
    assert abs(twice) < 1e-9, "best has the unit of s and sigma: twice as large where both are"
    twice = at(cut, c=0.5, sigma=2) - 2 * at(cut, c=0.5, sigma=1)
    assert abs(twice) < 1e-9, "cut has the unit of sigma: twice as large where sigma is"
    assert 0 < at(best, s=3, c=1, sigma=1) < 3, "noise pushes outliers outwards: best is less than s"
    assert at(cut, c=1, sigma=1) > 2, "outliers stand beyond the edge, and so must cut"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_best_loses_least(best):
    import numpy as np

    for theta, c, sigma in ((1.5, 0.3, 1.0), (3.0, 2.0, 1.4), (1.0, 1.0, 0.7), (9.0, 4.0, 1.0)):
        t2 = (theta / sigma) ** 2
        s = sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)
        cosines = (t2**2 - c) / (t2 * np.sqrt((t2 + 1) * (t2 + c)))
        x = complex(best.subs({one: {"s": s, "c": c, "sigma": sigma}[one.name] for one in best.free_symbols}))
        message = f"best is {x:.6g} at theta = {theta}, c = {c}, sigma = {sigma}"
        assert abs(x - theta * cosines) < 1e-8 * theta, message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_best_and_cut(best, cut):
    import sympy as sp

    from intruders.course import same

    s, c, sigma = sp.symbols("s c sigma")
    q = s**2 - (1 + c) * sigma**2
    ranges = {"s": (6, 12), "c": (0.2, 4), "sigma": (0.3, 1.5)}
    assert same(best, sp.sqrt(q**2 - 4 * c * sigma**4) / s, **ranges), "best is not theta times the cosines"
    root = sp.sqrt(c**2 + 14 * c + 1)
    expected = sigma * sp.sqrt(2 * (c + 1) + 8 * c / (c + 1 + root))
    assert same(cut, expected, c=(0.1, 6), sigma=(0.3, 2)), "cut is not where s = 2 best"


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
# ## Question 3: a bulk in one place (3 points)
#
# Let $W_0$ be wide, $c\le1$, with orthonormal rows, $W_0W_0^{\mathsf T}=I$, as a layer has them after orthogonal initialisation: all its $n$ singular values are $1$. Find $\varphi_1$, $\varphi_2$ and $D$ (mind the $m-n$ directions that $W_0$ does not reach), and give three SymPy expressions in `theta` and `c`, for every $\theta>0$: the place `rho` and the overlaps `left` and `right`.
#
# Then look at the overlaps as $\theta\to0$. What would be a threshold here?

# %% [raw]
# # BEGIN SOLUTION

# %%
theta, c = sp.symbols("theta c", positive=True)
# BEGIN SOLUTION
z = sp.Symbol("z", positive=True)
phi_1 = z / (z**2 - 1)
phi_2 = c * phi_1 + (1 - c) / z
D = sp.factor(phi_1 * phi_2)  # (z^2 - 1 + c) / (z^2 - 1)^2
rho = sp.sqrt(1 + (theta**2 + theta * sp.sqrt(theta**2 + 4 * c)) / 2)
scale = -2 / (theta**2 * sp.diff(D, z))
left, right = (scale * phi_1).subs(z, rho), (scale * phi_2).subs(z, rho)
# END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(rho, left, right):
    from intruders.course import same

    for name, one in {"rho": rho, "left": left, "right": right}.items():
        message = f"{name} must be an expression in theta and c, with a finite value for c <= 1"
        assert same(one, one, theta=(0.1, 5), c=(0.05, 1)), message


# %%
def test_orthogonal_matrices(rho, left, right):
    import sympy as sp

    from intruders.course import same

    def square(formula):
        formula = sp.sympify(formula)
        return formula.subs({one: 1 for one in formula.free_symbols if one.name == "c"})

    theta = sp.Symbol("theta")
    place = (theta + sp.sqrt(theta**2 + 4)) / 2
    message = "rho: at c = 1 the bulk is an orthogonal matrix, as in exercise 4 of chapter 5"
    assert same(square(rho), place, theta=(0.1, 5)), message
    for name, overlap in {"left": left, "right": right}.items():
        message = f"{name}: at c = 1 the bulk is an orthogonal matrix, as in exercise 4 of chapter 5"
        assert same(square(overlap), place**2 / (1 + place**2), theta=(0.1, 5)), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_place_solves_the_equation(rho):
    import sympy as sp

    from intruders.course import same

    theta, c = sp.symbols("theta c")
    here = rho.xreplace({one: {"theta": theta, "c": c}[one.name] for one in rho.free_symbols})
    first = here / (here**2 - 1)
    product = theta**2 * first * (c * first + (1 - c) / here)
    assert same(product, sp.Integer(1), theta=(0.2, 5), c=(0.05, 1)), "D(rho) is not 1 / theta^2"
    assert all(float(here.subs({theta: t, c: 0.3})) > 1 for t in (0.1, 1, 5)), "rho is not beyond the bulk"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_both_overlaps(left, right):
    import sympy as sp

    from intruders.course import same

    theta, c = sp.symbols("theta c")
    y = (theta**2 + theta * sp.sqrt(theta**2 + 4 * c)) / 2  # rho^2 - 1
    assert same(left, (y + c) / (y + 2 * c), theta=(0.2, 5), c=(0.05, 1)), "the left overlap is off"
    expected = (y + c) ** 2 / ((1 + y) * (y + 2 * c))
    assert same(right, expected, theta=(0.2, 5), c=(0.05, 1)), "the right overlap is off"


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
# ## Question 4: find the mistake (3 points)
#
# A set of lecture slides on LoRA and random matrices (Khodabandeh and Heidari, 2024) gives for a spike $\theta uv^{\mathsf T}$ in a weight matrix the threshold
#
# $$\theta>\sqrt{\lambda_+}=\sigma(1+\sqrt c),$$
#
# the edge of the noise, and beyond it the place $\theta+\sigma^2/\theta$, for every shape. At $\sigma=1$, $1+\sqrt c$ is indeed a threshold, but of another model, in which the spike *multiplies* the noise (Baik, Ben Arous and Péché, 2005); the law for a spike that is *added* is that of Benaych-Georges and Nadakuditi (2012). Give three SymPy expressions:
#
# - `ratio`, in `c`: the printed threshold divided by the right one. (How small can it be?)
# - `excess`, in `theta`, `c` and `sigma`: the square of the printed place minus the square of the right one, for a spike above both thresholds. (For which shapes is the outlier nearer than printed, for which further out?)
# - `last`, in `c` and `sigma`, for a tall matrix, $c>1$: a spike between the right threshold and `last` has left the noise, but the printed formula $\theta+\sigma^2/\theta$ would put it inside. (All these spikes lie below the printed threshold, so that the slides do not place them.)

# %% [raw]
# # BEGIN SOLUTION

# %%
theta, c, sigma = sp.symbols("theta c sigma", positive=True)
# BEGIN SOLUTION
edge, threshold = sigma * (1 + sp.sqrt(c)), sigma * c ** sp.Rational(1, 4)
ratio = sp.simplify(edge / threshold)  # at least 2, at c = 1
squared = (theta**2 + sigma**2) * (theta**2 + c * sigma**2) / theta**2
excess = sp.factor((theta + sigma**2 / theta) ** 2 - squared)
# theta + sigma^2 / theta = edge at two theta, the right threshold between them.
last = (edge + sp.sqrt(edge**2 - 4 * sigma**2)) / 2
# END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_square_matrices(ratio, excess, last):
    import sympy as sp

    from intruders.course import same

    def square(formula):
        return sp.sympify(formula).subs({one: 1 for one in sp.sympify(formula).free_symbols if one.name == "c"})

    assert same(ratio, ratio, c=(0.1, 9)), "ratio must be an expression in c"
    message = "excess must be an expression in theta, c and sigma"
    assert same(excess, excess, theta=(4, 8), c=(0.1, 4), sigma=(0.5, 1)), message
    message = "last must be an expression in c and sigma, with a finite value for c > 1"
    assert same(last, last, c=(1.2, 9), sigma=(0.5, 2)), message
    message = "at c = 1 the printed place is right: there excess is zero"
    assert same(square(excess), sp.Integer(0), theta=(3, 5), sigma=(0.5, 1)), message
    message = "at c = 1 the printed place is never inside: there last is the right threshold"
    assert same(square(last), sp.Symbol("sigma"), sigma=(0.5, 2)), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_printed_threshold(ratio):
    import sympy as sp

    from intruders.course import same

    c = sp.Symbol("c")
    expected = (1 + sp.sqrt(c)) / sp.root(c, 4)
    assert same(ratio, expected, c=(0.05, 9)), "ratio is off: the right threshold is sigma c^(1/4)"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_printed_place(excess):
    import sympy as sp

    from intruders.course import same

    theta, c, sigma = sp.symbols("theta c sigma")
    right = (theta**2 + sigma**2) * (theta**2 + c * sigma**2) / theta**2
    expected = (theta + sigma**2 / theta) ** 2 - right
    ranges = {"theta": (4, 8), "c": (0.05, 4), "sigma": (0.3, 1.3)}
    assert same(excess, expected, **ranges), "excess is not the difference of the squares"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_where_the_printed_place_is_inside(last):
    import sympy as sp

    from intruders.course import same

    c, sigma = sp.symbols("c sigma")
    one = sp.sympify(last)
    one = one.xreplace({s: {"c": c, "sigma": sigma}[s.name] for s in one.free_symbols})
    edge = sigma * (1 + sp.sqrt(c))
    message = "at last the printed place is not the edge of the noise"
    assert same(one + sigma**2 / one, edge, c=(1.2, 9), sigma=(0.3, 2)), message
    message = "last is below the right threshold: such a spike has not left"
    assert all(float(one.subs({c: k, sigma: 1})) > k**0.25 for k in (1.2, 3, 9)), message


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
# ## Question 5: reading a spectrum (3 points)
#
# You are given all $\min(n,m)$ singular values of an $n\times m$ matrix, falling, and know that the first `count` are outliers. Take the others, as they are, for the singular values of a bulk $W'$ with $n'=n-\text{count}$ rows and $m'=m-\text{count}$ columns,
#
# $$\varphi_1(z)=\frac1{n'}\operatorname{tr}z\,(z^2-W'W'^{\mathsf T})^{-1},\qquad \varphi_2(z)=\frac1{m'}\operatorname{tr}z\,(z^2-W'^{\mathsf T}W')^{-1},\qquad D=\varphi_1\varphi_2 .$$
#
# (One of the two traces has $\lvert n-m\rvert$ zeros in it.) Whatever the law of the bulk, $D$ and its derivative at the place of an outlier tell how strong its spike is, how much of both vectors is left, and the best weight $x=\theta\,\langle u,\hat u\rangle\langle v,\hat v\rangle$ of Question 2 (Benaych-Georges and Nadakuditi, 2012; Nadakuditi, 2014). There is nothing to solve.
#
# Write `read_off(values, count, n, m)`, which returns an array with one row for each outlier and four columns: strength, left overlap, right overlap, best weight.

# %% [raw]
# # BEGIN SOLUTION


# %%
def read_off(values, count, n, m):
    # BEGIN SOLUTION
    z, bulk = np.asarray(values[:count], dtype=float)[:, None], values[count:]
    rows, columns = n - count, m - count
    bulk = np.asarray(bulk, dtype=float)
    total = np.sum(z / (z**2 - bulk**2), axis=1)
    slope = -np.sum((z**2 + bulk**2) / (z**2 - bulk**2) ** 2, axis=1)
    z, q = z[:, 0], len(bulk)
    first, second = ((total + (k - q) / z) / k for k in (rows, columns))
    first_, second_ = ((slope - (k - q) / z**2) / k for k in (rows, columns))
    D, D_ = first * second, first_ * second + first * second_
    left, right = -2 * first * D / D_, -2 * second * D / D_
    return np.column_stack([D**-0.5, left, right, -2 * D / D_])
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_without_noise(read_off):
    import numpy as np

    values = np.array([3.0, 2.0, 0, 0, 0, 0, 0, 0])
    found = np.asarray(read_off(values, 2, 8, 8))
    assert found.shape == (2, 4), "an array with a row for each outlier and four columns"
    assert np.all(np.isfinite(found)), "every entry must be finite"
    message = "where the bulk is zero a spike stands at its strength, and keeps its vectors"
    assert np.allclose(found, [[3, 1, 1, 3], [2, 1, 1, 2]]), message


# %%
def test_form_for_other_shapes(read_off):
    import numpy as np

    values = np.array([3.0, 1.2, 0.8, 0.5])
    for n, m in ((4, 9), (9, 4)):
        found = np.asarray(read_off(values, 1, n, m))
        assert found.shape == (1, 4), f"one row and four columns also for {n} x {m} and one outlier"
        assert np.all(np.isfinite(found)) and np.all(found > 0), f"finite and positive, also for {n} x {m}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_any_bulk_and_shape(read_off):
    import numpy as np

    rng = np.random.default_rng(11)
    for n, m, count in ((40, 40, 1), (30, 90, 3), (90, 30, 3), (25, 60, 2), (60, 25, 2)):
        outliers = 2.2 + np.sort(rng.uniform(0, 4, count))[::-1]
        bulk = np.sort(rng.uniform(0, 2, min(n, m) - count))[::-1]
        found = np.asarray(read_off(np.concatenate([outliers, bulk]), count, n, m))
        W = np.zeros((n - count, m - count))
        np.fill_diagonal(W, bulk)
        left, right = np.linalg.eigvalsh(W @ W.T), np.linalg.eigvalsh(W.T @ W)
        for row, z in zip(found, outliers, strict=True):
            point = z + 1e-30j  # the imaginary part of D is 1e-30 times its derivative
            first, second = np.mean(point / (point**2 - left)), np.mean(point / (point**2 - right))
            slope = (first * second).imag / 1e-30
            theta = (first * second).real ** -0.5
            overlaps = np.array([-2 * first.real, -2 * second.real]) / (theta**2 * slope)
            expected = [theta, *overlaps, theta * np.sqrt(overlaps[0] * overlaps[1])]
            assert np.allclose(row, expected, rtol=1e-6), f"a bulk of {n - count} x {m - count}: {row}, not {expected}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_finds_the_spikes_of_a_noisy_matrix(read_off):
    import numpy as np

    rng = np.random.default_rng(12)
    for n, m in ((120, 240), (240, 120)):
        theta, c = np.array([4.0, 3.0]) * (n / m) ** 0.25, n / m
        M = rng.normal(0, m**-0.5, (n, m))
        M[[0, 1], [0, 1]] += theta
        found = np.asarray(read_off(np.linalg.svd(M, compute_uv=False), 2, n, m))
        # The strength strays by about sigma / sqrt(m) over the product of the cosines, the overlaps by less.
        assert np.all(np.abs(found[:, 0] - theta) < 5 * 1.2 / m**0.5), "the strengths of planted spikes are off"
        t2 = theta**2
        expected = np.column_stack([(t2**2 - c) / (t2 * (t2 + c)), (t2**2 - c) / (t2 * (t2 + 1))])
        assert np.all(np.abs(found[:, 1:3] - expected) < 0.05), "the overlaps of planted spikes are off"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q6
# points: 4
# all_or_nothing: true

# %% [markdown]
# ## Question 6: two numbers for one spike (4 points)
#
# "An eigenvalue (or singular value) detaches" is two statements. Let $W$ be square, $N\times N$, not symmetric, with entries of variance $\sigma^2/N$, and $M=W+\theta uv^{\mathsf T}$ with $\langle u,v\rangle=\kappa\ge0$. In the limit $M$ has an eigenvalue $\theta\kappa$ if that exceeds $\sigma$ (Tao, 2013), and a singular value $\theta+\sigma^2/\theta$ if $\theta>\sigma$, whatever $\kappa$ is.
#
# Write `both(N, theta, kappa, sigma, draws, rng)`, which draws `draws` such matrices, with Gaussian noise, by the generator `rng` and returns an array of three rows and two columns. The rows are the largest *modulus* of an eigenvalue of $M$, its largest singular value, and the overlap $\langle u,\hat u\rangle^2$ of the latter's left vector; the columns are the mean over the draws and the standard error of that mean. (Whether the variance is divided by the number of draws or by one less does not matter here.)
#
# Return what the matrices show, not the limits, which the means miss: at $N=30$ and $\sigma=1$ by about $0.02$ or less far above the two thresholds, where the bias falls like $1/N$. Near and below them it falls more slowly, and they miss by up to about $0.13$ for the modulus, $0.09$ for the singular value and $0.2$ for the overlap. The checks compare with other draws of the same size.

# %% [raw]
# # BEGIN SOLUTION


# %%
def both(N, theta, kappa, sigma, draws, rng):
    # BEGIN SOLUTION
    rows, (u, w) = np.empty((draws, 3)), np.eye(N)[:2]
    update = theta * np.outer(u, kappa * u + np.sqrt(1 - kappa**2) * w)
    for row in rows:
        M = rng.normal(0, sigma / np.sqrt(N), (N, N)) + update
        U, s, _ = np.linalg.svd(M)
        row[:] = np.abs(np.linalg.eigvals(M)).max(), s[0], (u @ U[:, 0]) ** 2
    errors = rows.std(axis=0, ddof=1) / np.sqrt(draws)
    return np.column_stack([rows.mean(axis=0), errors])
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form_and_a_strong_spike(both):
    import numpy as np

    found = np.asarray(both(30, 4.0, 1.0, 1.0, 60, np.random.default_rng(0)))
    assert found.shape == (3, 2), "an array of three rows and two columns"
    assert np.isrealobj(found) and np.all(np.isfinite(found)), "every entry must be a finite real number"
    message = "the second column must have the standard errors of means over 60 draws"
    assert np.all(found[:, 1] > 0) and np.all(found[:, 1] < 0.1), message
    # Five standard errors and a bias of one N-th.
    miss = np.abs(found[:, 0] - [4, 4.25, 1 - 1 / 16])
    assert np.all(miss < 5 * found[:, 1] + 1 / 30), f"{found[:, 0]} is too far from the limits"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_beside_another_simulation(both):
    import numpy as np

    N, draws = 30, 200
    settings = ((2.5, 0.8, 0.7), (2.0, 0.0, 1.0), (0.8, 0.6, 1.0), (1.5, 0.9, 1.0))
    for seed, (theta, kappa, sigma) in enumerate(settings):
        found = np.asarray(both(N, theta, kappa, sigma, draws, np.random.default_rng(seed)))
        rng, seen = np.random.default_rng(1000 + seed), np.empty((draws, 3))
        for row in seen:
            u, w = np.linalg.qr(rng.normal(size=(N, 2)))[0].T
            v = kappa * u + np.sqrt(1 - kappa**2) * w
            M = sigma * rng.standard_normal((N, N)) / N**0.5 + theta * np.outer(u, v)
            squares, vectors = np.linalg.eigh(M @ M.T)
            row[:] = np.abs(np.linalg.eigvals(M)).max(), squares[-1] ** 0.5, (u @ vectors[:, -1]) ** 2
        mean, error = seen.mean(axis=0), seen.std(axis=0, ddof=1) / draws**0.5
        # The same law at the same size: no bias. Five standard errors of a difference of two means.
        miss = np.abs(found[:, 0] - mean) / np.hypot(error, found[:, 1])
        assert np.all(found[:, 1] > error / 2) and np.all(found[:, 1] < 2 * error), "the standard errors are off"
        assert np.all(miss < 5), f"theta = {theta}, kappa = {kappa}, sigma = {sigma}: {found[:, 0]}, not {mean}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_draws_by_the_generator(both):
    import numpy as np

    first, again, other = (both(20, 2.0, 0.5, 1.0, 20, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again), "something random does not come from rng"
    assert not np.any(np.asarray(first)[:, 0] == np.asarray(other)[:, 0]), "it does not draw by rng"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q7
# points: 3
# all_or_nothing: true

# %% [markdown]
# ## Question 7: which parts of an update leave? (3 points)
#
# A LoRA update $\gamma BA$, with $B$ of size $n\times r$ and $A$ of size $r\times m$, is added to noise of scale $\sigma$, which it does not know; $n$ and $m$ are large, $r$ is small. Write `leaving(B, A, scale, sigma)`: the places, falling, of all singular values that leave the noise, as an array, which is empty if none does. What counts are the singular values of $\gamma BA$, and the $n\times m$ product need not be formed to find them. They depend on $BA$ alone: $B\to BR$, $A\to R^{-1}A$ changes nothing.
#
# Then one of your own. Let $n=3072$, $m=768$, $\sigma=1$ and $r=4$. The columns of $B$ are orthonormal. The rows of $A$ have length one, and every two of them have the cosine `my_cosine`, which the next cell gives you. Give `my_scales`, two numbers: the scale $\gamma$ at which a first singular value leaves, and the scale from which on all four are out.

# %% [raw]
# # BEGIN SOLUTION

# %%
my_cosine = own(STUDENT_ID, "ps3 q7", [0.3, 0.4, 0.5, 0.6, 0.7, 0.8])


def leaving(B, A, scale, sigma):
    # BEGIN SOLUTION
    c = B.shape[0] / A.shape[1]
    core = np.linalg.qr(B)[1] @ np.linalg.qr(A.T)[1].T
    strengths = scale * np.linalg.svd(core, compute_uv=False)
    t2 = (strengths / sigma) ** 2
    t2 = t2[t2 > np.sqrt(c)]
    return sigma * np.sqrt((t2 + 1) * (t2 + c) / t2)
    # END SOLUTION


# BEGIN SOLUTION NO PROMPT
# A A' has ones on its diagonal and k off it: eigenvalues 1 + 3 k, 1 - k thrice.
squares = np.array([1 + 3 * my_cosine, 1 - my_cosine])
# END SOLUTION
my_scales = tuple((3072 / 768) ** 0.25 / np.sqrt(squares))  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_rank_one(leaving, my_scales):
    import numpy as np

    B, A = np.zeros((40, 1)), np.zeros((1, 40))
    B[3], A[0, 5] = 0.5, 4.0
    found = np.asarray(leaving(B, A, 1.0, 1.0))
    assert found.shape == (1,), "an array of one number, if one singular value leaves"
    assert np.allclose(found, [2.5]), "a spike of strength 2 in square noise of scale 1 stands at 2.5"
    message = "a spike of strength 0.8 in square noise of scale 1 does not leave: an empty array"
    assert np.shape(leaving(B, A, 0.4, 1.0)) == (0,), message
    B, A = np.zeros((40, 2)), np.zeros((2, 40))
    B[[3, 4], [0, 1]], A[[0, 1], [5, 6]] = 1, [2.0, 5.0]
    found = np.asarray(leaving(B, A, 1.0, 1.0))
    assert found.shape == (2,), "two spikes that leave, two places"
    assert found[0] > found[1], "the places must be falling, however the columns of B are ordered"
    assert np.shape(my_scales) == (2,), "my_scales must be two numbers"
    assert np.all(np.isfinite(my_scales)), "my_scales must be finite"
    assert 0 < my_scales[0] < my_scales[1], "the first leaves at a smaller scale than the last"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_places_of_an_update(leaving):
    import numpy as np

    rng = np.random.default_rng(13)
    for n, m, r, scale, sigma in (
        (50, 50, 3, 2.0, 1.0),
        (30, 90, 5, 0.3, 0.8),
        (90, 30, 5, 7.0, 1.3),
        (60, 40, 4, 0.9, 1.0),
    ):
        B = (rng.normal(size=(n, r)) + 0.8 * rng.normal(size=(n, 1))) / n**0.5 * 1.6 * sigma / scale
        A = rng.normal(size=(r, m)) / m**0.5
        A[0] = 0.9 * A[1]
        theta = scale * np.linalg.svd(B @ A, compute_uv=False)[:r]
        theta = theta[theta > sigma * (n / m) ** 0.25]
        expected = np.sqrt((theta**2 + sigma**2) * (theta**2 + n / m * sigma**2)) / theta
        assert 0 < len(expected) < r, "the test itself is wrong: some must leave, and not all"
        found = np.asarray(leaving(B, A, scale, sigma))
        assert found.shape == expected.shape, f"{len(expected)} of {r} leave, not {len(found)}"
        assert np.allclose(found, expected, rtol=1e-8), f"{found}, not {expected}"
        R = rng.normal(size=(r, r)) + 3 * np.eye(r)
        other = np.asarray(leaving(B @ R, np.linalg.solve(R, A), scale, sigma))
        assert np.allclose(other, expected, rtol=1e-6), "B R and R^-1 A are the same update"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_own_scales(my_scales, STUDENT_ID):
    import numpy as np

    from intruders.course import own

    cosine = own(STUDENT_ID, "ps3 q7", [0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    gram = np.full((4, 4), cosine) + (1 - cosine) * np.eye(4)
    strengths = np.sqrt(np.linalg.eigvalsh(gram))
    expected = 4**0.25 / strengths[-1], 4**0.25 / strengths[0]
    assert np.allclose(my_scales, expected, rtol=2e-3), f"{my_scales}, not {expected}"


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
# ## Question 8: how good is a limit as a limit? (4 points, read by a person)
#
# ```python
# from intruders import data
#
# table = data.load("intruder-crossing")
# table = table[table.side == "left"]
# ```
#
# The table `intruder-crossing` was made by half an hour of exact draws. For thirty shapes (`n`, `m`), strengths `theta` $=\theta_c(1+\omega w)$ and cut-offs `eps`, `share` is the part of the `draws` in which the leading left singular vector of noise ($\sigma=1$) and one spike has no cosine of `eps` or more with any old one, so that it is an intruder. Here $\theta_c=c^{1/4}$ and $\omega=\frac12(n^{-1/2}+m^{-1/2})^{2/3}$.
#
# Add a code cell for it, and take the square shapes alone, $n=m=N$:
#
# 1. For $\epsilon=0.5$, find the strength $\theta_{1/2}$ at which half of the draws are intruders, by a straight line between the two strengths whose shares enclose one half, and its excess $x=\theta_{1/2}/\theta_c-1$. (The standard error of $x$, $0.5$ over the root of `draws` over the slope of that line in $\theta/\theta_c$, is $0.008$ at $N=128$ and $0.003$ at $N=4096$: two to four per cent of $x$.)
# 2. Extrapolate $x$ to $N=16384$ by two straight lines without weights (`np.polyfit`): through $\log x$ against $\log N$, and through $x/\omega$ against $\omega$. Give both slopes and both values.
# 3. Give the share at the threshold itself, $w=0$, for $\epsilon=0.5$ and $\epsilon=0.9$ at the smallest and the largest $N$.
#
# Then argue in at most 200 words, with these numbers (a table does not count towards the words): Which exponent does theory give, why do you measure another, and which extrapolation would you trust? Someone keeps every spike of an update below $\theta_c$ and promises that there will be no intruder. For which $\epsilon$ and sizes is the promise kept? Of what kind of matrix does none of this speak?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# | $N$ | 128 | 256 | 512 | 1024 | 2048 | 4096 |
# |---|---|---|---|---|---|---|
# | $x$ at $\epsilon=0.5$ | 0.367 | 0.261 | 0.196 | 0.144 | 0.108 | 0.080 |
# | its standard error | 0.008 | 0.006 | 0.005 | 0.003 | 0.004 | 0.003 |
# | $x/\omega$ | 2.33 | 2.09 | 1.98 | 1.83 | 1.73 | 1.62 |
# | share at $w=0$, $\epsilon=0.5$ | 0.022 | 0.029 | 0.030 | 0.035 | 0.058 | 0.050 |
# | share at $w=0$, $\epsilon=0.9$ | 0.527 | 0.567 | 0.567 | 0.569 | 0.608 | 0.605 |
#
# (The standard errors of the shares are at most $0.025$.) Lines without weights: $\log x$ against $\log N$ has the slope $-0.435$ and gives $x=0.0435$ at $N=16384$; $x/\omega=1.32+6.37\,\omega$ gives $0.0475$, with $\omega=0.03125$. (Weighted by the errors they have the slopes $-0.439\pm0.010$ and $6.3\pm0.6$ and give $0.043\pm0.0015$ and $0.048\pm0.0014$.)
#
# *Model answer.* Theory gives $x\approx a\,\omega$ with $\omega\propto N^{-1/3}$. Errors of two to four per cent over a factor of 32 in $N$ leave the slope uncertain by about $0.01$, so $-0.435$ is far from $-\frac13$. The next order is not small here: $x=\omega(a+b\,\omega)$ has the local exponent $-\frac13\bigl(1+\frac{b\omega}{a+b\omega}\bigr)$, about $-0.43$ at $N=700$, and tends to $-\frac13$ only slowly. A power law fits as well at these sizes and is eight per cent lower at $16384$, more than the errors of $x$; I trust the other line, which has the right limit, though nothing beyond $4096$ was measured. At $\epsilon=0.5$ the promise is nearly kept: at the threshold two per cent of the draws are intruders at $N=128$, five at $4096$. At $\epsilon=0.9$ it is broken at every size, in more than half of the draws, and no less often in larger matrices: next to the edge a weak spike mixes two or three old vectors, and none keeps a cosine of $0.9$. All this is one random spike in pure noise. It says nothing of a trained matrix, whose bulk has another threshold and whose own outliers raise the bar, nor of spikes that lean on old directions, as trained updates do.
#
# **Rubric**
#
# - 1 point: the right crossings, from $0.367$ at $N=128$ to $0.080$ at $4096$ (interpolated between the two strengths whose shares enclose one half, in units of $\theta_c$).
# - 1 point: both slopes and both values, about $0.043$ and $0.048$ (weighted fits are as good); sees that the values differ by more than the errors of $x$.
# - 1 point: $-\frac13$ is the limit of the exponent, the measured one is steeper because of the next order in $\omega$; trusts, with this reason, the fit that has the right limit, or says why not.
# - 1 point: the promise depends on $\epsilon$: nearly kept at $0.5$, broken at $0.9$ at every size. Names at least one of: outliers of a trained matrix, another bulk, spikes that know $W_0$.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
