# %% [markdown]
# # Problem set 2: perturbation theory and its end
#
# *Chapter 3 · 120 to 150 minutes · 24 points*
#
# **You will** take the series one order further than the chapter does, find out what noise does to a leading singular value on average, implement the first order of singular vectors, correct a formula in print, compute how much noise an isolated direction survives and what rounding weights does to it, predict and measure how a bulk vector dissolves, and judge whether any of this explains what full fine-tuning and LoRA did to a real encoder.
#
# **How it works.** Run the cells in order and write your answer where a cell has dots. `grader.check` tells at once whether an answer has the right form and meets the simplest demands; the checks that count for points are stricter and use other numbers. An answer earns all its points or none. Each question may use what you defined in earlier ones. You may add cells anywhere before a question's check. When it is graded an answer has eight seconds and its checks ten, no network, no torch and no files; write the formulas yourself, with NumPy, SciPy and SymPy, and use `intruders` where a question says so. Hand in this notebook, saved, with the name that your course asks for.
#
# **Notation** is the book's: $W$ is $n\times m$ with singular triplets $(s_i,u_i,v_i)$ in falling order, noise has independent entries of mean $0$ and variance $\sigma^2/m$, $c=n/m$, an update is $E$ or, for noise of relative size $\tau$, has entries of variance $\tau^2\sigma^2/m$. $F_{ji}=u_j^{\mathsf T}Ev_i$ is the kick.

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 1: one order further (2 points)
#
# Two levels at distance $\delta>0$ and an update that also shifts each of them:
#
# $$A+\epsilon B=\begin{pmatrix}\delta&0\\0&0\end{pmatrix}+\epsilon\begin{pmatrix}a&\kappa\\\kappa&b\end{pmatrix} .$$
#
# Expand the upper eigenvalue and its eigenvector *of length one* (first component positive). Give two SymPy expressions in `delta`, `kappa`, `a` and `b`:
#
# - `v2_along`, the coefficient of $\epsilon^2$ in the first component of the vector,
# - `lambda3`, the coefficient of $\epsilon^3$ in the eigenvalue.
#
# (An eigenvector to first order is enough for its eigenvalue to third: try to see why.)

# %% [raw]
# # BEGIN SOLUTION

# %%
delta, kappa = sp.symbols("delta kappa", positive=True)
a, b = sp.symbols("a b", real=True)
# BEGIN SOLUTION
v1 = sp.Matrix([0, kappa / delta])
B1 = sp.Matrix([[0, kappa], [kappa, b - a]])  # B - lambda1
# lambda3 = v'(B - lambda1)v2 = v1'(B - lambda1)v1: by the first orders' equation.
# Along v itself, -|v1|^2/2 keeps the length at one.
# END SOLUTION
v2_along = -v1.dot(v1) / 2  # SOLUTION
lambda3 = (v1.T * B1 * v1)[0]  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(v2_along, lambda3):
    import sympy as sp

    from intruders.course import same

    names = {"delta": (1, 3), "kappa": (0.5, 2), "a": (-1, 1), "b": (-1, 1)}
    for name, answer in {"v2_along": v2_along, "lambda3": lambda3}.items():
        assert isinstance(answer, sp.Expr), f"{name} must be a SymPy expression"
        assert same(answer, answer, **names), f"{name} has no finite value"


# %%
def test_equal_shifts_move_both_levels_alike(lambda3):
    import sympy as sp

    from intruders.course import same

    value = lambda3.subs({s: 1 for s in lambda3.free_symbols if s.name in "ab"})
    message = "a = b adds a multiple of the identity: lambda3 as at a = b = 0"
    assert same(value, sp.Integer(0), delta=(1, 3), kappa=(0.5, 2)), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_terms_of_the_exact_pair(v2_along, lambda3):
    import sympy as sp

    from intruders.course import same

    delta, kappa, a, b, e = sp.symbols("delta kappa a b e", positive=True)
    gap = delta + e * (a - b)
    upper = e * b + (gap + sp.sqrt(gap**2 + 4 * e**2 * kappa**2)) / 2
    angle = sp.atan(2 * e * kappa / gap) / 2  # of the exact eigenvector
    third = upper.diff(e, 3).subs(e, 0) / 6
    along = sp.cos(angle).diff(e, 2).subs(e, 0) / 2
    ranges = {"delta": (1, 3), "kappa": (0.5, 2), "a": (-2, 2), "b": (-2, 2)}
    assert same(lambda3, third, **ranges), "lambda3 is not the eigenvalue's third order"
    assert same(v2_along, along, **ranges), "v2_along: the length is not one to second order"


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
# ## Question 2: noise makes a leading value larger (3 points)
#
# Let $W$ be $n\times m$ with $n\le m$, with one singular value $s$ above $n-1$ others that all equal $t$, $0\le t<s$. The update $E$ has independent entries of mean $0$ and variance $v$.
#
# To first order the leading singular value moves by $F_{11}$, whose mean is zero. Give `push`, a SymPy expression in `s`, `t`, `n`, `m` and `v`: the mean of its change to second order in $E$.
#
# (Set $t=0$ and $v=\sigma^2/m$ and let $n,m\to\infty$. The outlier of a spike $\theta=s$ stands at $\sqrt{(\theta^2+\sigma^2)(\theta^2+c\,\sigma^2)}/\theta$, as chapters 4 and 5 will show: does your formula agree with it for large $\theta$? So a top singular value that grew in training need not have learnt anything.)

# %% [raw]
# # BEGIN SOLUTION

# %%
s, t, n, m, v = sp.symbols("s t n m v", positive=True)
# BEGIN SOLUTION
# Sum and difference of F_j1 and F_1j have variance 2v; outside of V there are
# m - n directions with variance v each.
pairs = (n - 1) * (2 * v / (s - t) + 2 * v / (s + t)) / 4
outside = (m - n) * v / (2 * s)
# END SOLUTION
push = pairs + outside  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_is_an_expression(push):
    import sympy as sp

    from intruders.course import same

    assert isinstance(push, sp.Expr), "push must be a SymPy expression"
    sizes = {"n": (2, 20), "m": (20, 60), "v": (0.1, 2)}
    assert same(push, push, s=(3, 5), t=(0, 2.5), **sizes), "push has no finite value"


# %%
def test_a_single_number_is_not_pushed(push):
    import sympy as sp

    from intruders.course import same

    one = push.subs({x: 1 for x in push.free_symbols if x.name in "nm"})
    message = "for n = m = 1 the value is s + E, and its mean does not change"
    assert same(one, sp.Integer(0), s=(3, 5), t=(0, 2), v=(0.1, 2)), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_value(push):
    import sympy as sp

    from intruders.course import same

    s, t, n, m, v = sp.symbols("s t n m v")
    expected = v * ((n - 1) * s / (s**2 - t**2) + (m - n) / (2 * s))
    sizes = {"n": (2, 20), "m": (20, 60), "v": (0.1, 2)}
    assert same(push, expected, s=(3, 5), t=(0, 2.5), **sizes), "push is another formula"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_agrees_with_a_simulation(push):
    import numpy as np

    n, m, s, t, size = 4, 7, 3.0, 1.0, 0.05
    W = np.zeros((n, m))
    W[range(n), range(n)] = [s, t, t, t]
    E = np.random.default_rng(21).normal(0, size, (20000, n, m))
    E = np.concatenate([E, -E])  # the first order drops out of the mean
    change = np.linalg.svd(W + E, compute_uv=False)[:, 0] - s
    pairs = (change[:20000] + change[20000:]) / 2
    at = {"s": s, "t": t, "n": n, "m": m, "v": size**2}
    value = float(push.subs({x: at[x.name] for x in push.free_symbols}))
    error = pairs.std() / np.sqrt(20000)  # plus fourth order, of the size of v^2
    message = f"push is {value}, a simulation gives {pairs.mean()} within {5 * error}"
    assert abs(pairs.mean() - value) < 5 * error + 5 * size**4, message


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 3: how a singular vector turns (2 points)
#
# Write `turn(W, E, k)`. It returns a pair of arrays `u, du`: the left singular vector of $W$ with number `k` (counted from 0 in falling order, of either sign), and the coefficient of $\epsilon$ in the left singular vector of $W+\epsilon E$ that continues it with length one. (The right one is the left one of $W^{\mathsf T}$.) $W$ may be tall, wide or square. Its singular value number `k` is simple and positive; another one may be zero.
#
# Test it yourself against `np.linalg.svd`: what is left over must fall by a factor of four when $\epsilon$ is halved. If it falls by two, a first-order term is missing.

# %% [raw]
# # BEGIN SOLUTION


# %%
def turn(W, E, k):
    # BEGIN SOLUTION
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    u, v, others = U[:, k], Vt[k], np.arange(len(s)) != k
    left, right, levels = U[:, others], Vt[others].T, s[others]
    forth, back = left.T @ E @ v, right.T @ E.T @ u  # F_jk and F_kj
    squares = s[k] ** 2 - levels**2
    du = left @ ((s[k] * forth + levels * back) / squares)
    return u, du + (E @ v - U @ (U.T @ E @ v)) / s[k]  # leaves the thin basis
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(turn):
    import numpy as np

    W, E = np.random.default_rng(0).normal(size=(2, 5, 3))
    found = turn(W, E, 0)
    assert isinstance(found, (tuple, list)) and len(found) == 2, "return a pair u, du"
    u, du = found
    assert np.shape(u) == np.shape(du) == (5,), "u and du: one number per row of W"
    assert np.all(np.isfinite([u, du])), "u and du must be finite numbers"
    assert np.allclose(np.linalg.norm(W.T @ u), np.linalg.norm(W, 2)), "u is not the leading left vector"
    assert abs(u @ u - 1) < 1e-9 and abs(u @ du) < 1e-9, "the length must be one, and stay"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_against_the_dilation(turn):
    import numpy as np

    rng = np.random.default_rng(31)
    for n, m in ((7, 4), (4, 7), (5, 5)):
        left, _ = np.linalg.qr(rng.normal(size=(n, min(n, m))))
        right, _ = np.linalg.qr(rng.normal(size=(m, min(n, m))))
        levels = np.array([4.0, 3.0, 1.5, 0.7, 0.0])[-min(n, m) :]
        W, E = (left * levels) @ right.T, rng.normal(size=(n, m))
        H, H_E = (np.block([[np.zeros((n, n)), X], [X.T, np.zeros((m, m))]]) for X in (W, E))
        for k in range(len(levels) - 1):
            u, du = turn(W, E, k)
            s = levels[k]
            pair = np.concatenate([u, W.T @ u / s])  # an eigenvector of H
            assert np.allclose(H @ pair, s * pair), f"{n} x {m}: u is not number {k}"
            resolvent = np.linalg.pinv(s * np.eye(n + m) - H, rcond=1e-9)
            off = np.abs(du - (resolvent @ H_E @ pair)[:n]).max()
            assert off < 1e-8, f"{n} x {m}, k = {k}: du is off by {off}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_residual_is_of_second_order(turn):
    import numpy as np

    rng = np.random.default_rng(32)
    for n, m in ((8, 3), (3, 8), (5, 5)):
        left, _ = np.linalg.qr(rng.normal(size=(n, 3)))
        right, _ = np.linalg.qr(rng.normal(size=(m, 3)))
        W, E = (left * [4.0, 2.5, 1.0]) @ right.T, rng.normal(size=(n, m))
        for k in range(3):
            u, du = turn(W, E, k)
            rests = []
            for size in (2e-3, 1e-3):
                new = np.linalg.svd(W + size * E)[0][:, k]
                rests.append(np.linalg.norm(np.sign(new @ u) * new - u - size * du))
            ratio = rests[0] / rests[1]
            assert 3.5 < ratio < 4.5, f"{n} x {m}, k = {k}: falls by {ratio}, first order is left"


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
# A set of lecture slides on LoRA and random matrices (Khodabandeh and Heidari, 2024) describes full fine-tuning by
#
# $$\tilde u_i=u_i+\epsilon\sum_{j\ne i}\frac{u_j^{\mathsf T}\,\Delta W_{\mathrm{ft}}\,v_i}{\lambda_i-\lambda_j}\,u_j .$$
#
# Read $\lambda_i$ as the singular value $s_i$ and the stray $\epsilon$ as the size of the update, $\epsilon E$ with $E=\Delta W_{\mathrm{ft}}$. This is the formula for the *eigenvectors* of a symmetric matrix with $v_i$ put in, and it is right where $F$ is symmetric. For singular vectors it is wrong at first order; the right coefficients are classical (Stewart and Sun, 1990, chapter V; Wedin, 1972, for bounds). How wrong is it?
#
# Look at two levels, $W=\operatorname{diag}(s_1,s_2)$ with $s_1>s_2>0$, and compare the angle by which $u_1$ turns towards $u_2$ as printed with the true angle, both at first order. Give
#
# - `skew_ratio`, printed over true angle for an antisymmetric kick, $F_{12}=-F_{21}$: a SymPy expression in `s1` and `s2`;
# - `mean_ratio`, the mean *square* of the printed angle over that of the true one, where $F_{12}$ and $F_{21}$ are independent with mean zero and equal variance, as they are for noise: a SymPy expression in `s1` and `s2` (look at its value for close neighbours in a bulk);
# - `E_still`, a $2\times2$ array with zero diagonal and Frobenius norm one for which the printed formula turns $u_1$, while to first order it does not turn, for $s_1=2$ and the $s_2$ of the next cell, `my_s2`, which is yours.

# %% [raw]
# # BEGIN SOLUTION

# %%
my_s2 = own(STUDENT_ID, "ps2 q4", [0.8, 1.0, 1.2, 1.4, 1.6])

s1, s2 = sp.symbols("s1 s2", positive=True)
skew_ratio = (s1 + s2) / (s1 - s2)  # SOLUTION
mean_ratio = (s1 + s2) ** 2 / (s1**2 + s2**2)  # SOLUTION
E_still = np.array([[0, -2], [my_s2, 0]]) / np.hypot(2, my_s2)  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_right_where_the_second_value_is_zero(skew_ratio, mean_ratio):
    import sympy as sp

    from intruders.course import same

    for name, one in {"skew_ratio": skew_ratio, "mean_ratio": mean_ratio}.items():
        assert isinstance(one, sp.Expr), f"{name} must be a SymPy expression"
        assert same(one, one, s1=(2, 5), s2=(0.1, 1.9)), f"{name} has no finite value"
        value = one.subs({x: 0 for x in one.free_symbols if x.name == "s2"})
        assert sp.simplify(value) == 1, f"for s2 = 0 both agree, so {name} is 1"


# %%
def test_form_of_the_update(E_still):
    import numpy as np

    assert np.shape(E_still) == (2, 2), "E_still must be a 2 x 2 array"
    E = np.array(E_still, dtype=float)
    assert np.all(np.isfinite(E)), "E_still must have finite numbers"
    assert not np.diag(E).any(), "the diagonal must be zero"
    assert abs(np.linalg.norm(E) - 1) < 1e-9, "the Frobenius norm must be one"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_ratios(skew_ratio, mean_ratio):
    import sympy as sp

    from intruders.course import same

    s1, s2, v = sp.symbols("s1 s2 v", positive=True)
    over = s1**2 - s2**2
    skew = (1 / (s1 - s2)) / ((s1 - s2) / over)  # F21 = 1, F12 = -1
    mean = (v / (s1 - s2) ** 2) / (v * (s1**2 + s2**2) / over**2)
    ranges = {"s1": (2, 5), "s2": (0.1, 1.9)}
    assert same(skew_ratio, sp.simplify(skew), **ranges), "skew_ratio is wrong"
    assert same(mean_ratio, sp.simplify(mean), **ranges), "mean_ratio is wrong"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_nothing_turns(E_still, STUDENT_ID):
    import numpy as np

    from intruders.course import own

    s2 = own(STUDENT_ID, "ps2 q4", [0.8, 1.0, 1.2, 1.4, 1.6])
    E = np.array(E_still, dtype=float)
    u = np.linalg.svd(np.diag([2, s2]) + 1e-4 * E)[0][:, 0]
    assert abs(u[1]) < 1e-6, "the left vector turns at first order"
    assert abs(E[1, 0] / (2 - s2)) > 0.1, "nor does the printed formula turn it"


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
# ## Question 5: how loud may it get? (3 points)
#
# A spike $\theta>\sigma c^{1/4}$ in noise of scale $\sigma$ makes an isolated direction. By the chapter's proposition on dense perturbations, independent noise of scale $\tau\sigma$ on top leaves its old and its new vector with the overlap (squared cosine) $o^2(\theta;\sigma\sqrt{1+\tau^2})/o^2(\theta;\sigma)$, where with $x=\theta/\sigma$
#
# $$o^2_{\text{left}}(\theta;\sigma)=\frac{x^4-c}{x^2(x^2+c)},\qquad o^2_{\text{right}}(\theta;\sigma)=\frac{x^4-c}{x^2(x^2+1)} .$$
#
# Write `loudest(theta, sigma, c, eps)`: the two values of $\tau$, for the left and for the right side, at which the *cosine* of the old with the new vector has fallen to `eps`, $0<\epsilon<1$. (With $y=1+\tau^2$ it is a quadratic equation.)
#
# Then give `my_tau`, the $\tau$ at which the left vector of a tall matrix with $c=4$ and $\sigma=0.5$ reaches $\epsilon=\frac12$, the usual threshold for an intruder, for the spike `my_theta` of the next cell, which is yours. Compare with the bulk, where $\tau\approx3/\sqrt N$ is enough.

# %% [raw]
# # BEGIN SOLUTION

# %%
my_theta = own(STUDENT_ID, "ps2 q5", [1.2, 1.3, 1.4, 1.5, 1.6])


def loudest(theta, sigma, c, eps):
    # BEGIN SOLUTION
    x2, taus = (theta / sigma) ** 2, []
    for side in (c, 1.0):
        share = eps**2 * (x2**2 - c) / (x2 * (x2 + side))
        # The overlap in the louder noise is this share:
        # x2^2 - c y^2 = share x2 (x2 + side y).
        linear = share * side * x2
        y = (np.sqrt(linear**2 + 4 * c * (1 - share) * x2**2) - linear) / (2 * c)
        taus.append(float(np.sqrt(y - 1)))
    return tuple(taus)
    # END SOLUTION


my_tau = loudest(my_theta, 0.5, 4.0, 0.5)[0]  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(loudest, my_tau):
    import numpy as np

    found = loudest(3.0, 1.0, 0.5, 0.5)
    pair = isinstance(found, (tuple, list, np.ndarray)) and len(found) == 2
    assert pair, "return two numbers, for the left and for the right side"
    assert np.all(np.isfinite(found)) and min(found) > 0, "finite and positive numbers"
    assert isinstance(my_tau, (int, float, np.number)), "my_tau must be a number"
    assert np.isfinite(my_tau) and my_tau > 0, "my_tau must be finite and positive"


# %%
def test_square_matrices(loudest):
    left, right = loudest(2.0, 1.0, 1.0, 0.5)
    assert abs(left - right) < 1e-9, "a square matrix has no side"
    message = "at theta = 2, sigma = c = 1, eps = 1/2 it is 1.5"
    assert abs(left - 1.5) < 1e-6, message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_has_that_overlap(loudest):
    from intruders.theory.laws import SingularValueLaw
    from intruders.theory.perturbation import isolated_overlaps

    cases = [(2.0, 0.7, 0.25, 0.5), (3.0, 1.0, 4.0, 0.8), (1.5, 1.0, 1.0, 0.3)]
    cases += [(5.0, 2.0, 0.1, 0.95), (2.5, 1.2, 2.0, 0.6)]
    for theta, sigma, c, eps in cases:
        law = SingularValueLaw(c, sigma)
        for side, tau in enumerate(loudest(theta, sigma, c, eps)):
            overlap = isolated_overlaps(theta, tau, law)[side]
            name = ("left", "right")[side]
            assert abs(overlap - eps**2) < 1e-6, f"{name}, c = {c}: overlap {overlap}, not {eps**2}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_in_the_end_the_noise_swallows_it(loudest):
    theta, sigma, c = 2.0, 0.8, 0.5
    swallowed = ((theta / sigma) ** 2 / c**0.5 - 1) ** 0.5
    for tau in loudest(theta, sigma, c, 1e-5):
        assert abs(tau - swallowed) < 1e-4, f"at eps near 0 it is the louder threshold {swallowed}, not {tau}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_own_number(my_tau, STUDENT_ID):
    from intruders.course import own
    from intruders.theory.laws import SingularValueLaw
    from intruders.theory.perturbation import isolated_overlaps

    theta = own(STUDENT_ID, "ps2 q5", [1.2, 1.3, 1.4, 1.5, 1.6])
    overlap = isolated_overlaps(theta, my_tau, SingularValueLaw(4.0, 0.5))[0]
    assert abs(overlap - 0.25) < 1e-6, f"my_tau: the overlap there is {overlap}, not 1/4"


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
# ## Question 6: rounding is a dense update (3 points)
#
# Store a matrix in few bits: every entry goes to the nearest multiple of a step. The errors are dense and small, and nearly uniform and independent, so the proposition should know what becomes of a learned direction. Let $W_0$ be square, of size $n$, with $\sigma=1$: Gaussian noise of variance $1/n$ and a spike $\theta uv^{\mathsf T}$ with random unit vectors and $\theta>1$, so that there is a direction to lose. The step is $h/\sqrt n$, that is, $h$ standard deviations of the noise.
#
# - `expected_rounded(theta, h)`: the limit of the squared cosine of the leading left singular vectors before and after rounding, with errors that are uniform on an interval of one step. Zero where they swallow the direction.
# - `rounded(n, theta, h, draws, rng)`: draws `draws` matrices by the generator `rng` and returns the mean of that squared cosine and the standard error of the mean, as two floats.
#
# (Then try `np.floor` in place of rounding, and look at the new leading vector. Where does *that* intruder come from?)

# %% [raw]
# # BEGIN SOLUTION


# %%
def expected_rounded(theta, h):
    return max(0.0, (theta**2 - 1 - h**2 / 12) / (theta**2 - 1))  # SOLUTION


def rounded(n, theta, h, draws, rng):
    # BEGIN SOLUTION
    seen, step = np.empty(draws), h / np.sqrt(n)
    for k in range(draws):
        u, v = (one / np.linalg.norm(one) for one in rng.normal(size=(2, n)))
        W = rng.normal(size=(n, n)) / np.sqrt(n) + theta * np.outer(u, v)
        old, new = np.linalg.svd([W, step * np.round(W / step)])[0][:, :, 0]
        seen[k] = (old @ new) ** 2
    return float(seen.mean()), float(seen.std(ddof=1) / np.sqrt(draws))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_a_fine_step_changes_nothing(expected_rounded, rounded):
    import numpy as np

    fine = expected_rounded(2.0, 1e-3)
    assert abs(fine - 1) < 1e-5, f"expected_rounded: a fine step changes nothing, but {fine}"
    found = rounded(20, 3.0, 1e-3, 5, np.random.default_rng(0))
    pair = isinstance(found, (tuple, list, np.ndarray)) and len(found) == 2
    assert pair, "rounded returns two numbers: the mean and its standard error"
    mean, error = found
    assert abs(mean - 1) < 1e-4, f"a fine step changes nothing, but the mean is {mean}"
    assert 0 < error < 1e-3, f"the second number is a standard error, not {error}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_what_the_proposition_says(expected_rounded):
    from intruders.theory.laws import SingularValueLaw
    from intruders.theory.perturbation import isolated_overlaps

    for theta, h in ((2.0, 2.0), (1.5, 1.0), (3.0, 2.5), (1.3, 2.0)):
        law = isolated_overlaps(theta, h / 12**0.5, SingularValueLaw(1.0))[0]
        ours = expected_rounded(theta, h)
        assert abs(ours - law) < 1e-6, f"theta {theta}, h {h}: {ours}, expected {law}"
    assert expected_rounded(1.2, 3.0) == 0, "zero where the louder noise swallows it"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_against_other_draws(rounded):
    import numpy as np

    def reference(n, theta, h, draws, rng):
        u, v = rng.normal(size=(2, draws, n)) / np.sqrt(n)
        u, v = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (u, v))
        noise = rng.normal(size=(draws, n, n)) / np.sqrt(n)
        W = noise + theta * u[:, :, None] * v[:, None, :]
        rough = np.rint(W * np.sqrt(n) / h) * h / np.sqrt(n)
        old, new = (np.linalg.svd(one)[0][:, :, 0] for one in (W, rough))
        return np.sum(old * new, axis=1) ** 2

    for seed, (n, theta, h) in enumerate([(60, 2.0, 2.0), (40, 3.0, 2.5)]):
        ours = reference(n, theta, h, 150, np.random.default_rng(61 + seed))
        mean, error = rounded(n, theta, h, 100, np.random.default_rng(seed))
        both = np.sqrt(ours.var(ddof=1) * (1 / 100 + 1 / 150))
        message = f"{mean}, expected {ours.mean()} within {5 * both}"
        assert abs(mean - ours.mean()) < 5 * both, message
        # Squared cosines have a long tail: 3000 trials gave ratios of 0.4 to 2.3.
        ratio = error / (ours.std(ddof=1) / 10)
        assert 0.25 < ratio < 4, f"a standard error of {error}"
        rngs = np.random.default_rng(8), np.random.default_rng(9)
        one, other = (rounded(n, theta, h, 3, rng) for rng in rngs)
        assert one != other, "it must use rng"


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
# ## Question 7: a bulk vector dissolves (4 points)
#
# Now symmetric matrices: $W_0$ of size $N$ is drawn from the GOE with $\sigma=1$ (variance $1/N$ off the diagonal, $2/N$ on it), and $X$ independently in the same way. A new eigenvector $\tilde v$ of $W_0+\tau X$ is compared with *all* old ones, and the largest absolute cosine is kept.
#
# - `measured_cosine(N, tau, rng)`: draws one such pair and returns the median of the largest cosine over the new vectors of the middle third of the spectrum.
# - `predicted_cosine(N, tau)`: its prediction for a new vector at $\lambda=0$, the middle. Its components along the old vectors are independent Gaussians with the variances of the Lorentzian (chapter 3, step 4), with the old eigenvalues $x_i$ at the quantiles $(i+\frac12)/N$, $i=0,\dots,N-1$, of the semicircle. Return the median of the largest absolute value among them. Remember that $\zeta$ and $\rho$ belong to the *louder* noise.
#
# `intruders.theory.laws.Semicircle(sigma)` may be used: it has `ppf`, `pdf` and `stieltjes`. Compare the two at $\tau\sqrt N=1,\ 4,\ 8$ for two sizes: where is the prediction good, and why not elsewhere?

# %% [raw]
# # BEGIN SOLUTION

# %%
from intruders.theory.laws import Semicircle


def measured_cosine(N, tau, rng):
    # BEGIN SOLUTION
    noise = rng.normal(size=(2, N, N)) / np.sqrt(2 * N)
    W0, X = noise + noise.transpose(0, 2, 1)
    old, new = np.linalg.eigh([W0, W0 + tau * X])[1]
    largest = np.abs(old.T @ new).max(axis=0)
    return float(np.median(largest[N // 3 : N - N // 3]))
    # END SOLUTION


def predicted_cosine(N, tau):
    # BEGIN SOLUTION
    from scipy import optimize, special

    x = Semicircle().ppf((np.arange(N) + 0.5) / N)
    # At 0: g = -i pi rho, pi rho = 1/sqrt(1 + tau^2), zeta = i tau^2 pi rho.
    width = tau**2 / np.sqrt(1 + tau**2)
    spread = tau / np.sqrt(N * (x**2 + width**2))

    def excess(eps):
        return np.prod(special.erf(eps / (np.sqrt(2) * spread))) - 0.5

    return optimize.brentq(excess, 0, 10)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_the_two_ends(measured_cosine, predicted_cosine):
    import numpy as np
    from scipy.special import erfinv

    seen = measured_cosine(30, 1e-6, np.random.default_rng(0))
    assert isinstance(seen, (float, np.floating)), "measured_cosine returns one float"
    assert isinstance(predicted_cosine(50, 1e3), (float, np.floating)), "predicted_cosine returns one float"
    assert 0.999 < seen <= 1 + 1e-9, "almost no update turns no vector"
    largest = erfinv(0.5 ** (1 / 50)) * np.sqrt(2 / 50)
    message = "a new matrix: the largest of N Gaussians of variance 1/N"
    assert abs(predicted_cosine(50, 1e3) - largest) < 1e-3, message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_prediction(predicted_cosine):
    import numpy as np

    from intruders.theory.cosines import median_max_cosine
    from intruders.theory.laws import Semicircle
    from intruders.theory.perturbation import eigenvector_overlap

    for N, tau in ((100, 0.4), (400, 0.3), (144, 1.0), (60, 2.0)):
        x = Semicircle().ppf((np.arange(N) + 0.5) / N)
        variances = eigenvector_overlap(x, 0.0, tau, Semicircle()) / N
        expected = median_max_cosine(variances)
        ratio = predicted_cosine(N, tau) / expected
        assert abs(ratio - 1) < 0.01, f"N = {N}, tau = {tau}: {ratio} times the prediction"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_measurement(measured_cosine):
    import numpy as np

    def reference(N, tau, rng):
        pair = []
        for _ in range(2):
            X = np.triu(rng.normal(size=(N, N)), 1) / np.sqrt(N)
            X = X + X.T + np.diag(rng.normal(size=N)) * np.sqrt(2 / N)
            pair.append(X)
        old = np.linalg.eigh(pair[0])[1]
        new = np.linalg.eigh(pair[0] + tau * pair[1])[1]
        largest = np.max(np.abs(new.T @ old), axis=1)
        return np.median(largest[N // 3 : -(N // 3)])

    for N, product in ((60, 0.5), (60, 2.0), (90, 5.0)):
        tau = product / np.sqrt(N)
        rngs = [np.random.default_rng([7, N, k]) for k in range(40)]
        ours = [reference(N, tau, rng) for rng in rngs[:20]]
        theirs = [measured_cosine(N, tau, rng) for rng in rngs[20:]]
        error = np.sqrt((np.var(ours, ddof=1) + np.var(theirs, ddof=1)) / 20)
        assert np.std(theirs) > 0.1 * np.std(ours), "it must be drawn from rng"
        off = abs(np.mean(theirs) - np.mean(ours))
        assert off < 5 * error, f"tau sqrt(N) = {product}: {np.mean(theirs)}, expected {np.mean(ours)}"


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
# ## Question 8: why does full fine-tuning keep its directions? (4 points, read by a person)
#
# ```python
# from intruders import data
#
# levels = data.load("minilm-base").set_index("matrix")["values"]
# rows = data.matrices("minilm-rank")
# full = rows[rows["name"] == "full"]  # use the learning rates 0.00005 and 0.0004
# lora = rows[rows["name"] == "LoRA r = 16"].query("alpha == 32")
# lora = lora.query("learning_rate == 0.001")
#
#
# def first_order(s, n, m, frobenius):
#     """Mean squared turn of the ten leading left vectors, by isotropic noise."""
#     leading, v = s[:10, None], frobenius**2 / (n * m)
#     gaps = leading**2 - s**2
#     np.fill_diagonal(gaps, np.inf)
#     pairs = np.sum((leading**2 + s**2) / gaps**2, axis=1)
#     return v * (pairs + max(n - m, 0) / s[:10] ** 2)
# ```
#
# One row is one of 36 weight matrices (`matrix`, `n` rows, `m` columns) of a small encoder after one run: the singular values of its update $E$ from the largest on (`spikes`), its Frobenius norm (`frobenius`), and of each of the ten leading new left singular vectors the largest cosine with any old one (`left_cosines`). All singular values before training are in `levels`. Of the three settings, `full` at $0.0004$ and `lora` have about the same Frobenius norm. The function is the right formula of question 4 with kicks of variance $v=\lVert E\rVert_F^2/(nm)$.
#
# Add a code cell for it, and make a table. For each of the three settings, over the ten leading directions of all matrices and runs:
#
# - the share of directions for which perturbation theory is guaranteed, $\lVert E\rVert$ below half the distance to the nearest other singular value and to zero;
# - of the first-order turn and of the measured one, $1-\cos^2$, the median and the share above $0.19$ (a cosine below $0.9$).
#
# Then argue in at most 200 words, with your numbers; a table does not count towards the words. Does a *guarantee* of perturbation theory explain that full fine-tuning keeps its leading directions, or does the first order? What does LoRA at the same norm do that the formula does not know?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# *Numbers over 1800 directions a setting (5 seeds, 36 matrices, 10 directions):*
#
# | setting | guaranteed | median turn, first order | measured | share with cosine below 0.9, first order | measured |
# |---|---|---|---|---|---|
# | full, 0.00005 | 13.3 % | 0.00009 | 0.00016 | 0 % | 0 % |
# | full, 0.0004 | 3.4 % | 0.0025 | 0.0043 | 0 % | 1.4 % |
# | LoRA, $r=16$ | 1.9 % | 0.0020 | 0.0027 | 0.1 % | 5.0 % |
#
# *A model answer.* No guarantee explains it: 13 % of the directions pass the test at the lower rate and 3 % at the higher one, and yet 98.6 % keep a cosine above 0.9 there. A guarantee pays for the worst update of that norm; failing it proves nothing. First order does explain the typical direction: from the lower to the higher rate its turn grows 27 times, and isotropic kicks give it within a factor of two, a little low.
#
# What protects the directions is that the update is small against their gaps. That it is dense does less than it seems: at the same Frobenius norm the *typical* direction turns no more under LoRA (0.0027 for 0.0043). The difference is in the tail: 5 % of cosines are below 0.9, where 0.1 % are predicted. LoRA's energy sits in few directions (its operator norm is twice as large), and what they hit gets a kick far above isotropic. That is a spike, the subject of the next chapter. All this is one model, one task and ten directions a matrix.
#
# **Rubric**
#
# - 1 point: right numbers: the shares that are guaranteed (13, 3 and 2 %), and first-order and measured medians and tails for the three settings.
# - 1 point: says with numbers that the guarantee applies to few directions, while nearly all keep a cosine above 0.9, and that the bound is for the worst update of that norm; failing it proves nothing.
# - 1 point: the first order with isotropic kicks gives the size of the typical turn within about a factor of two and its growth with the rate (smallness against the gaps).
# - 1 point: at equal Frobenius norm LoRA's typical direction turns no more, its tail much more, because its kicks are concentrated, which an isotropic formula cannot know. Any sound limit named (one model; ten directions; the cosine is with the best partner) may stand in for a missing detail.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
