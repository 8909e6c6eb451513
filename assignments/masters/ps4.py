# %% [markdown]
# # Problem set 4: thin products and newcomers
#
# *Chapters 6 and 7 · 120 to 150 minutes · 24 points*
#
# **You will** count what training can reach, derive how far the first step goes when the *other* factor starts at random, decompose sums of adapters too large to be written out, find what is wrong with a formula in print, write the detector with its four choices, compute exactly what chance gives it, build an update that one of its sides cannot see, and judge a comparison of two real trainings.
#
# **How it works.** Run the cells in order and write your answer where a cell has dots. `grader.check` tells at once whether an answer has the right form and meets the simplest demands; the checks that count for points are stricter and use other numbers. An answer earns all its points or none. Each question may use what you defined in earlier ones. You may add cells anywhere before a question's check. When it is graded an answer has eight seconds and its checks ten, no network, no torch and no files; write the formulas yourself, with NumPy, SciPy and SymPy, and use `intruders` where a question says so. Hand in this notebook, saved, with the name that your course asks for.
#
# **Notation** is the book's: $W_0$ is $n\times m$, with $n$ outputs and $m$ inputs; the update is $\gamma BA$ with $B\in\mathbb R^{n\times r}$ and $A\in\mathbb R^{r\times m}$; $G=\partial L/\partial W$; singular values fall, and there are $N=\min(n,m)$ of them, each with a left vector $u_i$ and a right vector $v_i$.

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 1: within reach (2 points)
#
# The updates that a small change of both factors reaches at first order are the matrices $\dot BA+B\dot A$. At the usual start $B=0$ they have the dimension $rn$, at two factors of rank $r$ the dimension $r(n+m-r)$. Training passes through the cases between them. Give
#
# - `reach`, the dimension of $\{\dot BA+B\dot A\}$ where $B$ has rank $p$ and $A$ has rank $q$, a SymPy expression in `n`, `m`, `p`, `q`;
# - `my_reach`, a number: a layer of $n\times m$ starts at $B=0$ with a Gaussian $A$ and makes *one* step of gradient descent on a batch of $P$ examples, whose inputs and errors are in general position. What is the dimension within reach at the second step? The four numbers are yours.

# %% [raw]
# # BEGIN SOLUTION

# %%
n, m, p, q = sp.symbols("n m p q", positive=True)
layers = [(96, 64, 8, 3), (80, 120, 6, 2), (64, 64, 12, 5)]
layers += [(100, 60, 10, 4), (72, 48, 9, 7)]
my_n, my_m, my_r, my_P = own(STUDENT_ID, "ps4 q1", layers)

reach = n * q + m * p - p * q  # SOLUTION
my_reach = my_n * my_r + my_m * my_P - my_P * my_r  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_at_the_start(reach, my_reach):
    import sympy as sp

    from intruders.course import same

    assert isinstance(reach, sp.Expr), "reach must be a SymPy expression"
    sizes = {"n": (20, 90), "m": (20, 90), "p": (1, 9), "q": (1, 9)}
    assert same(reach, reach, **sizes), "reach has no finite value"
    n, q = sp.symbols("n q")
    start = reach.subs({s: 0 for s in reach.free_symbols if s.name == "p"})
    assert same(start, n * q, n=(20, 90), m=(20, 90), q=(1, 9)), "at B = 0 it is q n"
    assert int(my_reach) == my_reach > 0, "my_reach must be a whole number above zero"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_reach_is_the_rank_of_the_derivative(reach):
    import numpy as np
    import sympy as sp

    rng = np.random.default_rng(1)
    for n, m in ((6, 5), (4, 7)):
        for p in range(4):
            for q in range(4):
                B = rng.normal(size=(n, p)) @ rng.normal(size=(p, 3))
                A = rng.normal(size=(3, q)) @ rng.normal(size=(q, m))
                moves = np.hstack([np.kron(np.eye(n), A.T), np.kron(B, np.eye(m))])
                values = {"n": n, "m": m, "p": p, "q": q}
                at = {s: values[s.name] for s in reach.free_symbols}
                found = np.linalg.matrix_rank(moves)
                assert sp.sympify(reach).subs(at) == found, (
                    f"reach is wrong for {n} x {m} at the ranks {p} and {q}: it is {found}"
                )


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_own_number(my_reach, STUDENT_ID):
    from intruders.course import own

    layers = [(96, 64, 8, 3), (80, 120, 6, 2), (64, 64, 12, 5)]
    layers += [(100, 60, 10, 4), (72, 48, 9, 7)]
    n, m, r, P = own(STUDENT_ID, "ps4 q1", layers)
    # After the step B = -rate gamma G A' has the rank of G, min(P, r), and A is what it was.
    right = n * r + m * min(P, r) - r * min(P, r)
    assert my_reach == right, f"my_reach is {my_reach}, expected {right}"


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
# ## Question 2: the first step, if the other factor starts at random (3 points)
#
# Train on one example: its input $x$ has the entries $\pm1$, so that $\lvert x\rvert^2=m$, its error at the outputs is $e\ne0$, and $G=ex^{\mathsf T}$. After the first step with the learning rate $\eta$ the layer's output at $x$ has moved by a vector. Take the root mean square of its length over the random factor. From the usual start, $B=0$ and $A$ with independent entries $N(0,1/m)$, it is $\eta\lvert e\rvert\cdot\gamma^2\sqrt{r(r+2)}$ for gradient descent, by chapter 6. Now start at $A=0$ and $B$ with independent entries $N(0,1/r)$. It is
#
# - $\eta\lvert e\rvert\cdot$`descent_B` for gradient descent;
# - $\eta\cdot$`adam_B` for Adam (with $\epsilon=0$, and no step where the gradient is zero).
#
# Give the two as SymPy expressions in `gamma`, `r`, `n`, `m`. They are exact, for every size.
#
# Then two numbers, `power_descent` and `power_adam`: to which power of $r$ must $\gamma$ be proportional for this first step to be the same at every rank $r\ll n$? Compare them with $\alpha/r$ and $\alpha/\sqrt r$.

# %% [raw]
# # BEGIN SOLUTION

# %%
gamma, r, n, m = sp.symbols("gamma r n m", positive=True)
# BEGIN SOLUTION NO PROMPT
# Descent: -rate gamma^2 m B B'e, and (B B')^2 has the mean (n + r + 1)/r times one.
# Adam: -rate gamma m B sign(B'e): along e r terms |b e|/|e|, across e only
# independent ones.
# END SOLUTION
descent_B = gamma**2 * m * sp.sqrt((n + r + 1) / r)  # SOLUTION
adam_B = gamma * m * sp.sqrt(n + (r - 1) * 2 / sp.pi)  # SOLUTION
power_descent = sp.Rational(1, 4)  # SOLUTION
power_adam = 0  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_one_number_in_one_number_out(descent_B, adam_B, power_descent, power_adam):
    import sympy as sp

    from intruders.course import same

    ranges = {"gamma": (0.3, 3), "r": (1, 40), "n": (2, 300), "m": (2, 300)}
    for name, formula, square in (("descent_B", descent_B, 3), ("adam_B", adam_B, 1)):
        assert isinstance(formula, sp.Expr), f"{name} must be a SymPy expression"
        assert same(formula, formula, **ranges), f"{name} has no finite value"
        value = formula.subs(dict.fromkeys(formula.free_symbols, 1))
        message = f"{name}: at n = m = r = gamma = 1 the square is {square}"
        assert abs(float(value) ** 2 - square) < 1e-9, message
    for name, power in {"power_descent": power_descent, "power_adam": power_adam}.items():
        assert abs(float(power)) < 3, f"{name} must be a number, of moderate size"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_formulas(descent_B, adam_B):
    import sympy as sp

    from intruders.course import same

    gamma, r, n, m = sp.symbols("gamma r n m")
    ranges = {"gamma": (0.3, 3), "r": (1, 40), "n": (2, 300), "m": (2, 300)}
    assert same(descent_B, gamma**2 * m * sp.sqrt((n + r + 1) / r), **ranges), "descent_B is wrong"
    assert same(adam_B, gamma * m * sp.sqrt(n + 2 * (r - 1) / sp.pi), **ranges), "adam_B is wrong"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_simulation(descent_B, adam_B):
    import numpy as np

    rng, draws = np.random.default_rng(2), 4000
    n, m, r, gamma = 7, 5, 3, 1.3
    e = rng.normal(size=n)
    B = rng.normal(size=(draws, n, r)) / r**0.5
    Be = np.einsum("dnr,n->dr", B, e)
    descent = gamma**4 * m**2 * np.sum(np.einsum("dnr,dr->dn", B, Be) ** 2, axis=1) / (e @ e)
    adam = gamma**2 * m**2 * np.sum(np.einsum("dnr,dr->dn", B, np.sign(Be)) ** 2, axis=1)
    values = {"gamma": gamma, "r": r, "n": n, "m": m}
    for name, formula, seen in (("descent_B", descent_B, descent), ("adam_B", adam_B, adam)):
        square = float(formula.subs({s: values[s.name] for s in formula.free_symbols})) ** 2
        error = seen.std() / draws**0.5
        message = f"{name}: the square is {square}, a simulation gives {seen.mean()} within {5 * error}"
        assert abs(square - seen.mean()) < 5 * error, message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_powers(power_descent, power_adam):
    assert abs(float(power_descent) - 0.25) < 1e-9, "power_descent: gamma^2 / sqrt(r) is to be constant"
    assert abs(float(power_adam)) < 1e-9, "power_adam: gamma itself is to be constant"


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
# ## Question 3: the spikes of many adapters (3 points)
#
# Adapters that are merged, stacked or compared with each other are sums $\Delta=\sum_k\gamma_kB_kA_k$; the difference of two trainings is one of them, with a negative scale. Write `thin_svd(adapters)` for a list of triples `(B, A, scale)` with arrays of the shapes $n\times r_k$ and $r_k\times m$. It returns `U, s, V` with
#
# $$\Delta=U\operatorname{diag}(s)V^{\mathsf T},\qquad K=\min\Bigl(n,m,\sum_kr_k\Bigr),$$
#
# where `U` is $n\times K$ and `V` is $m\times K$, *both with orthonormal columns even where $\Delta$ has a smaller rank*, and the $K$ values `s` fall and are not negative.
#
# The matrix $\Delta$ must never be formed: the checks have one that would fill sixteen gigabytes. And no Gram matrices: a value of $10^{-9}$ of the largest must still be right to three digits. Write it with `np.linalg`; the library's `LowRank` may check it.

# %% [raw]
# # BEGIN SOLUTION


# %%
def thin_svd(adapters):
    # BEGIN SOLUTION
    B = np.hstack([scale * B for B, A, scale in adapters])
    A = np.vstack([A for B, A, scale in adapters])
    left, R_B = np.linalg.qr(B)
    right, R_A = np.linalg.qr(A.T)
    U, s, Vt = np.linalg.svd(R_B @ R_A.T, full_matrices=False)  # of the core
    return left @ U, s, right @ Vt.T
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_one_adapter(thin_svd):
    import numpy as np

    rng = np.random.default_rng(0)
    B, A = rng.normal(size=(9, 2)), rng.normal(size=(2, 7))
    found = thin_svd([(B, A, 1.0)])
    assert isinstance(found, (tuple, list)) and len(found) == 3, "return three arrays U, s, V"
    U, s, V = found
    message = "U must be n x K, s of length K and V m x K (not its transpose)"
    assert (np.shape(U), np.shape(s), np.shape(V)) == ((9, 2), (2,), (7, 2)), message
    assert all(np.isfinite(one).all() for one in found), "U, s and V must be finite"
    assert s[0] >= s[1] >= 0, "the values must fall, and not be negative"
    assert np.allclose(s, np.linalg.svd(B @ A, compute_uv=False)[:2]), "these are not the values of BA"
    assert np.allclose(U * s @ V.T, B @ A), "U diag(s) V' must be the sum"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_small_sums(thin_svd):
    import numpy as np

    rng = np.random.default_rng(3)
    cases = [(9, 7, [4, 5], [2.0, -0.5]), (5, 12, [2, 1], [-1.0, 3.0]), (20, 6, [3, 1, 2, 4], [1, 1, -2, 0.3])]
    cases += [(30, 30, [2, 2], [1.5, -1.5]), (8, 8, [3], [-4.0])]
    for n, m, ranks, scales in cases:
        adapters = [(rng.normal(size=(n, r)), rng.normal(size=(r, m)), g) for r, g in zip(ranks, scales, strict=True)]
        adapters[0][0][:, 0] = 0  # a factor that lacks a rank
        dense = sum(g * B @ A for B, A, g in adapters)
        U, s, V = thin_svd(adapters)
        K = min(n, m, sum(ranks))
        assert U.shape == (n, K) and s.shape == (K,) and V.shape == (m, K), f"{n} x {m}: the shapes, K = {K}"
        assert np.allclose(s, np.linalg.svd(dense, compute_uv=False)[:K], atol=1e-9), "wrong values"
        assert np.all(s >= 0) and np.all(np.diff(s) <= 0), "the values do not fall, or are negative"
        assert np.allclose(U * s @ V.T, dense, atol=1e-9), "the product is another"
        assert np.allclose(U.T @ U, np.eye(K)) and np.allclose(V.T @ V, np.eye(K)), "not orthonormal"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_rounding(thin_svd):
    import numpy as np

    rng = np.random.default_rng(4)
    U0, V0 = (np.linalg.qr(rng.normal(size=(size, 3)))[0] for size in (40, 50))
    s0 = np.array([1.0, 1e-4, 1e-9])
    _, s, _ = thin_svd([(U0 * s0**0.5, (V0 * s0**0.5).T, 1.0)])
    assert np.allclose(s, s0, rtol=1e-4, atol=0), "small values are lost: rounding was squared"
    B, A, M = rng.normal(size=(40, 3)), rng.normal(size=(3, 50)), rng.normal(size=(3, 3))
    U, s, V = thin_svd([(B, A, 2.0), (B @ np.linalg.inv(M), M @ A, -2.0)])
    assert s.shape == (6,) and s.max() < 1e-9, "an adapter minus itself, in another gauge, is nothing"
    assert np.allclose(U.T @ U, np.eye(6)) and np.allclose(V.T @ V, np.eye(6)), "not orthonormal"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_sixteen_gigabytes(thin_svd):
    import numpy as np

    rng, s0 = np.random.default_rng(5), np.array([9.0, 7.0, 4.0, 2.0, 1.0])
    U0, V0 = (np.linalg.qr(rng.normal(size=(size, 5)))[0] for size in (50_000, 40_000))
    M = rng.normal(size=(5, 5)) + 3 * np.eye(5)
    B, A = U0 * s0 @ np.linalg.inv(M), M @ V0.T
    U, s, V = thin_svd([(B[:, :3] / 2, A[:3], 2.0), (-4 * B[:, 3:], A[3:], -0.25)])
    assert np.allclose(s, s0), f"large matrix: values {s}, expected {s0}"
    assert np.allclose(np.abs(U0.T @ U), np.eye(5), atol=1e-8), "large matrix: the left vectors"
    assert np.allclose(np.abs(V0.T @ V), np.eye(5), atol=1e-8), "large matrix: the right vectors"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q4
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 4: find the mistake (2 points)
#
# A tutorial in circulation, "Algebraic Foundations of Low-Rank Adaptation", gives for the error of the best adapter of rank $r$
#
# $$\min_{B,A}\lVert\Delta-BA\rVert_F=\sum_{i>r}s_i .$$
#
# The truncated singular value decomposition is indeed the best one (Eckart and Young, 1936; in every unitarily invariant norm Mirsky, 1960), but its error in this norm is another. Whoever chooses a rank by the printed line pays for it. Give
#
# - `worst`, the largest factor by which the printed value can exceed the minimum, over all updates with exactly $N>r$ singular values that are not zero: a SymPy expression in `N` and `r`;
# - `my_ranks`, a pair of whole numbers: the smallest rank whose *relative* error, in the Frobenius norm (not squared) over $\lVert\Delta\rVert_F$, is at most $0.2$, by the right formula and by the printed one, for the singular values $s_i=i^{-\beta}$, $i=1,\dots,384$, with your own $\beta$.

# %% [raw]
# # BEGIN SOLUTION

# %%
N, r = sp.symbols("N r", positive=True)
my_beta = own(STUDENT_ID, "ps4 q4", [0.6, 0.7, 0.8, 0.9, 1.0])
worst = sp.sqrt(N - r)  # SOLUTION
# BEGIN SOLUTION NO PROMPT
# Cauchy and Schwarz for worst: the missed values are equal.
falling = np.arange(1, 385) ** -my_beta
norm = np.linalg.norm(falling)
missed = np.array([np.linalg.norm(falling[rank:]) for rank in range(385)])
printed = np.array([falling[rank:].sum() for rank in range(385)])
both = tuple(int(np.argmax(e <= 0.2 * norm)) for e in (missed, printed))
# END SOLUTION
my_ranks = both  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(worst, my_ranks):
    import sympy as sp

    from intruders.course import same

    assert isinstance(worst, sp.Expr), "worst must be a SymPy expression"
    assert same(worst, worst, N=(50, 400), r=(1, 49)), "worst has no finite value"
    r = sp.Symbol("r")
    last = worst.subs({s: r + 1 for s in worst.free_symbols if s.name == "N"})
    last = last.subs({s: r for s in last.free_symbols if s.name == "r"})
    assert same(last, sp.Integer(1), r=(1, 50)), "one value that is missed is its own sum: at r = N - 1 it is 1"
    assert len(my_ranks) == 2, "two numbers: by the right formula, by the printed one"
    assert all(int(rank) == rank for rank in my_ranks), "ranks are whole numbers"
    assert 0 < my_ranks[0] <= my_ranks[1] <= 384, "the printed sum is never below the error"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_worst(worst):
    import sympy as sp

    from intruders.course import same

    assert same(worst, sp.sqrt(sp.Symbol("N") - sp.Symbol("r")), N=(50, 400), r=(1, 49)), "worst is wrong"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_own_ranks(my_ranks, STUDENT_ID):
    from intruders.course import own

    beta = own(STUDENT_ID, "ps4 q4", [0.6, 0.7, 0.8, 0.9, 1.0])
    s = [i**-beta for i in range(1, 385)]
    norm = sum(x * x for x in s) ** 0.5
    right = min(k for k in range(385) if sum(x * x for x in s[k:]) ** 0.5 <= 0.2 * norm)
    printed = min(k for k in range(385) if sum(s[k:]) <= 0.2 * norm)
    assert my_ranks[0] == right, f"by the right formula it is {right}"
    assert my_ranks[1] == printed, f"by the printed one it is {printed}"


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
# ## Question 5: the detector (3 points)
#
# Write `newcomers(W0, W, k, eps, side)`: the places, counted from 1, of the intruder dimensions of $W$ among its $k$ leading directions, as a rising list of whole numbers, empty if there is none. A direction is an intruder if its cosine with *every one* of the $N=\min(n,m)$ old singular directions is below `eps` in modulus; `side` is `"left"` (outputs) or `"right"` (inputs), and $k\le N$. All $N$ singular values of both matrices are distinct and positive in the checks.
#
# Write it with `np.linalg`; the library's `detect` may check it. Four things to get right: the window, the side, the comparison with *all* old directions and not with the leading ones, and what a decomposition adds where $n\ne m$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def newcomers(W0, W, k, eps, side):
    # BEGIN SOLUTION
    if side == "right":
        W0, W = W0.T, W.T
    old = np.linalg.svd(W0, full_matrices=False)[0]  # N directions, no more
    new = np.linalg.svd(W, full_matrices=False)[0][:, :k]
    largest = np.abs(old.T @ new).max(axis=0)
    return [int(place) + 1 for place in np.flatnonzero(largest < eps)]
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_nothing_new(newcomers):
    import numpy as np

    W0 = np.random.default_rng(0).normal(size=(12, 12))
    found = newcomers(W0, W0, 10, 0.9, "left")
    assert isinstance(found, (list, tuple, np.ndarray)), "return a list of places"
    assert list(found) == [], "in the same matrix nothing is new"
    assert list(newcomers(W0, 2 * W0, 10, 0.9, "right")) == [], "in twice the matrix nothing is new"


# %%
def test_places_are_whole_numbers_that_rise(newcomers):
    import numpy as np

    W0, W = np.random.default_rng(1).normal(size=(2, 30, 30))
    found = list(newcomers(W0, W, 10, 0.9999, "left"))
    message = "in a new matrix all ten are new: places 1, 2, ..., 10, as whole numbers"
    assert len(found) == 10 and all(int(place) == place for place in found), message
    assert found == sorted(found) and found[0] >= 1 and found[-1] <= 10, message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_every_choice(newcomers):
    import numpy as np

    def largest(W0, W, side):
        old, new = (np.linalg.svd(M, full_matrices=False)[0 if side == "left" else 2] for M in (W0, W))
        return np.max(np.abs(old.T @ new if side == "left" else new @ old.T), axis=0 if side == "left" else 1)

    rng = np.random.default_rng(6)
    for n, m in ((60, 24), (24, 60), (40, 40)):
        W0 = rng.normal(size=(n, m)) / m**0.5
        W = W0 + 0.8 * rng.normal(size=(n, 4)) @ rng.normal(size=(4, m)) / 24
        for side in ("left", "right"):
            cosines = largest(W0, W, side)
            for k in (3, 10, min(n, m)):
                for eps in (0.3, 0.5, 0.8):
                    if np.min(np.abs(cosines - eps)) < 1e-6:
                        continue  # too close to call
                    right = [place + 1 for place in range(k) if cosines[place] < eps]
                    assert list(newcomers(W0, W, k, eps, side)) == right, f"wrong for {(n, m, k, eps, side)}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_turned_and_transposed(newcomers):
    import numpy as np

    rng = np.random.default_rng(7)
    P, Q = (np.linalg.qr(rng.normal(size=(size, size)))[0] for size in (30, 40))
    W0 = rng.normal(size=(30, 40)) / 40**0.5
    W = W0 + 3 * np.outer(P[0], Q[0]) + 2.5 * np.outer(P[1], Q[1])
    for side, other in (("left", "right"), ("right", "left")):
        found = list(newcomers(W0, W, 8, 0.6, side))
        assert found == list(newcomers(P @ W0 @ Q, P @ W @ Q, 8, 0.6, side)), "a rotation of both changed it"
        assert found == list(newcomers(-W0, W, 8, 0.6, side)), "a sign changed it"
        assert found == list(newcomers(W0.T, W.T, 8, 0.6, other)), "transposition exchanges the sides"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_old_ones_and_ones_of_no_value(newcomers):
    import numpy as np

    W0 = np.diag(np.arange(30.0, 0, -1))
    W = W0.copy()
    W[25, 25] = 60.0  # an old direction from below the window, made the first
    for side in ("left", "right"):
        assert list(newcomers(W0, W, 10, 0.5, side)) == [], "an old direction that was promoted is old"
    tall = np.vstack([np.diag(np.arange(12.0, 0, -1)), np.zeros((6, 12))])
    W = tall.copy()
    W[15, 11] = 20.0  # an output that no old direction reaches, from an old input
    assert list(newcomers(tall, W, 5, 0.5, "left")) == [1], "there are min(n, m) old directions"
    assert list(newcomers(tall, W, 5, 0.5, "right")) == [], "tall: an old input is not new"
    assert list(newcomers(tall.T, W.T, 5, 0.5, "left")) == [], "wide: an old output is not new"
    assert list(newcomers(tall.T, W.T, 5, 0.5, "right")) == [1], "wide: there are min(n, m) old directions"


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
# ## Question 6: chance, exactly (4 points)
#
# Let $y$ be uniform on the unit sphere of $\mathbb R^n$ and $u_1,\dots,u_N$ orthonormal, $N\le n$. The chapter takes the $\langle u_i,y\rangle$ for independent Gaussian numbers of variance $1/n$, which is right for large $n$. The *mean* of the largest one can be had exactly, for every $n$ and $N$: the direction of a Gaussian vector is independent of its length.
#
# - Write `chance_mean(n, N)`, the exact $\mathbb E\max_i\lvert\langle u_i,y\rangle\rvert$ as a float with an error below $10^{-6}$, up to sizes of ten thousand. One integral in one variable is left to be done numerically.
# - Write `chance_drawn(n, N, draws, rng)`, which draws `draws` independent directions by the generator `rng` and returns the mean of their largest $\lvert\text{cosine}\rvert$ and the standard error of that mean, as two floats.

# %% [raw]
# # BEGIN SOLUTION


# %%
def chance_mean(n, N):
    # BEGIN SOLUTION
    from scipy.special import erf, gammaln

    t = np.linspace(0, 12, 48001)
    largest = np.trapezoid(1 - erf(t / np.sqrt(2)) ** N, t)  # of N numbers
    length = np.sqrt(2) * np.exp(gammaln((n + 1) / 2) - gammaln(n / 2))
    return float(largest / length)
    # END SOLUTION


def chance_drawn(n, N, draws, rng):
    # BEGIN SOLUTION
    y = rng.normal(size=(draws, n))
    largest = np.abs(y[:, :N]).max(axis=1) / np.linalg.norm(y, axis=1)
    return float(largest.mean()), float(largest.std(ddof=1) / np.sqrt(draws))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_one_dimension(chance_mean, chance_drawn):
    import numpy as np

    assert abs(chance_mean(1, 1) - 1) < 1e-6, "on a line the cosine is one"
    assert 0 < chance_mean(30, 20) < 1, "the mean of a cosine lies between 0 and 1"
    found = chance_drawn(30, 20, 100, np.random.default_rng(0))
    pair = isinstance(found, (tuple, list, np.ndarray)) and len(found) == 2
    assert pair, "chance_drawn returns two numbers: the mean and its standard error"
    assert 0 < found[0] < 1, "the mean of a cosine lies between 0 and 1"
    assert 0 < found[1] < 0.1, f"a standard error of {found[1]}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_mean(chance_mean):
    import numpy as np
    from scipy.integrate import quad
    from scipy.special import erf, gammaln

    assert abs(chance_mean(2, 2) - 2 * 2**0.5 / np.pi) < 1e-5, "in the plane it is 2 sqrt(2) / pi"
    for n in (2, 3, 10, 400):  # one cosine: a Beta variable
        one = np.exp(gammaln(n / 2) - gammaln((n + 1) / 2)) / np.pi**0.5
        assert abs(chance_mean(n, 1) - one) < 1e-5, "the mean of one coordinate is known"
    for n, N in ((3, 3), (5, 4), (40, 40), (40, 10), (1536, 384), (9000, 9000)):
        largest, _ = quad(lambda t, N=N: 1 - erf(t / 2**0.5) ** N, 0, 15, points=[1, 3, 5], limit=200)
        length = 2**0.5 * np.exp(gammaln((n + 1) / 2) - gammaln(n / 2))
        assert abs(chance_mean(n, N) - largest / length) < 5e-6, f"chance_mean{(n, N)} is off"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_drawn(chance_drawn):
    import numpy as np
    from scipy.special import erf, gammaln

    t, scores = np.linspace(0, 12, 24001), []
    sizes = [(2, 2), (12, 12), (12, 3), (50, 50), (50, 5), (90, 30)] * 2
    for seed, (n, N) in enumerate(sizes):
        above = 1 - erf(t / 2**0.5) ** N
        mean = np.trapezoid(above, t) / (2**0.5 * np.exp(gammaln((n + 1) / 2) - gammaln(n / 2)))
        spread = np.sqrt(np.trapezoid(2 * t * above, t) / n - mean**2)  # E |x|^2 = n
        found, error = chance_drawn(n, N, 2000, np.random.default_rng(seed))
        # A standard deviation from 2000 draws is known to some 2 %.
        assert 0.85 < error / (spread / 2000**0.5) < 1.15, "the standard error is off"
        scores.append((found - mean) / (spread / 2000**0.5))
    assert np.max(np.abs(scores)) < 5, "the mean is off by more than five standard errors"
    # The sum of twelve squared scores lies between 1.2 and 45 but for one case in ten thousand.
    assert 1.2 < np.sum(np.square(scores)) < 45, "this does not fluctuate as a simulation does"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_generator_and_draws(chance_drawn):
    import numpy as np

    one, again, other = (chance_drawn(20, 20, 400, np.random.default_rng(seed)) for seed in (8, 8, 9))
    assert tuple(one) == tuple(again) and one[0] != other[0], "it must draw by rng"
    more = chance_drawn(20, 20, 6400, np.random.default_rng(10))
    assert 3 < one[1] / more[1] < 5.3, "sixteen times the draws, a quarter of the error"


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
# ## Question 7: an update that one side cannot see (3 points)
#
# A rank-one update that writes into an *old* output direction, $\Delta W=a\,s_1u_1v^{\mathsf T}$, hardly turns a left vector, if $v$ is chosen well. The right vector $v_1$ it turns as far as you like.
#
# - Give `a_min`, a SymPy expression in `eps`: above which $a$ the new right vector has a cosine below $\epsilon$ with its old self $v_1$, if $v$ is orthogonal to $v_1$ and the other directions do not interfere?
# - Write `unseen(W0, eps)`, which returns `u, v, theta`, two unit vectors and a positive number $\theta\le1.5\,a_{\min}s_1$, such that $W_0+\theta uv^{\mathsf T}$ has in a window of ten: on the left no direction whose largest cosine is below $0.95$; on the right exactly *one* intruder at `eps`, and nine directions with a largest cosine above $0.95$.
#
# It must work for matrices of Gaussian noise with a few outliers, square, wide or tall, with $\min(n,m)\ge40$, $\frac1{10}\le n/m\le10$ and $0.3\le\epsilon\le0.6$. A random $v$ will not do: write $v=\sum_it_iv_i$ and the new matrix in the bases of the old one, where only the first row changes. Which $t_i$ couple directions of the window with each other, and why may no single one of the others be large?

# %% [raw]
# # BEGIN SOLUTION

# %%
eps = sp.symbols("eps", positive=True)
a_min = sp.sqrt(1 / eps**2 - 1)  # SOLUTION


def unseen(W0, eps):
    # BEGIN SOLUTION
    U, s, Vt = np.linalg.svd(W0, full_matrices=False)
    weak = Vt[len(s) // 2 :]  # far below the window; each gets a small share of v
    v = weak.sum(axis=0) / np.sqrt(len(weak))
    return U[:, 0], v, 1.2 * np.sqrt(1 / eps**2 - 1) * s[0]
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(a_min, unseen):
    import numpy as np
    import sympy as sp

    from intruders.course import same

    assert isinstance(a_min, sp.Expr), "a_min must be a SymPy expression"
    assert same(a_min, a_min, eps=(0.2, 0.6)), "a_min must be an expression in eps"
    last = a_min.subs(dict.fromkeys(a_min.free_symbols, 1))
    assert abs(float(last)) < 1e-9, "at eps = 1 every a > 0 will do"
    W0 = np.random.default_rng(0).normal(size=(40, 50)) / 50**0.5
    found = unseen(W0, 0.5)
    assert isinstance(found, (tuple, list)) and len(found) == 3, "return u, v and theta"
    u, v, theta = found
    assert np.shape(u) == (40,) and np.shape(v) == (50,), "u has n entries and v has m"
    assert abs(u @ u - 1) < 1e-9 and abs(v @ v - 1) < 1e-9, "u and v must have length one"
    assert np.ndim(theta) == 0 and 0 < theta < np.inf, "theta must be a positive number"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_a_min(a_min):
    import sympy as sp

    from intruders.course import same

    eps = sp.Symbol("eps")
    assert same(a_min, sp.sqrt(1 - eps**2) / eps, eps=(0.05, 0.95)), "a_min is wrong"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_seen_on_the_right_only(unseen):
    import numpy as np

    rng = np.random.default_rng(11)
    for n, m in ((40, 40), (80, 80), (40, 90), (120, 50), (400, 40)):
        for eps in (0.3, 0.45, 0.6):
            W0 = rng.normal(size=(n, m)) / m**0.5
            for strength in (5.0, 4.0, 3.0):
                p, q = rng.normal(size=n), rng.normal(size=m)
                W0 += strength * np.outer(p, q) / np.linalg.norm(p) / np.linalg.norm(q)
            u, v, theta = unseen(W0, eps)
            assert abs(u @ u - 1) < 1e-9 and abs(v @ v - 1) < 1e-9 and theta > 0, "not of length one"
            old = np.linalg.svd(W0, full_matrices=False)
            new = np.linalg.svd(W0 + theta * np.outer(u, v), full_matrices=False)
            bound = 1.5 * (1 / eps**2 - 1) ** 0.5 * old[1][0]
            assert theta <= bound * (1 + 1e-9), "it is too strong"
            left = np.abs(old[0].T @ new[0][:, :10]).max(axis=0)
            right = np.sort(np.abs(old[2] @ new[2][:10].T).max(axis=0))
            assert np.all(left >= 0.95), f"{n} x {m}: the left side sees it, {left.min():.3f}"
            assert right[0] < eps, f"{n} x {m}: no intruder on the right, {right[0]:.3f} at {eps}"
            assert right[1] > 0.95, f"{n} x {m}: more than one right direction has turned"


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
# ## Question 8: which of two trainings has more intruders? (4 points, read by a person)
#
# ```python
# from intruders import data
#
# rows = data.matrices("minilm-rank")  # one row: one weight matrix of one run
# rows = rows[rows.learning_rate == 0.004]
# thin = rows[(rows.name == "LoRA r = 1") & (rows.alpha == 16)]
# thick = rows[(rows.name == "LoRA r = 16") & (rows.alpha == 32)]
# ```
#
# Two settings of LoRA on the same encoder and task, five seeds each, with the same accuracy (the column `accuracy`: $0.789\pm0.006$ and $0.786\pm0.002$, means and their standard errors). The columns `left_cosines` and `right_cosines` hold for each of the ten leading tuned directions, the strongest first, the largest absolute cosine with a pre-trained one.
#
# Add a code cell for it, and make a table of the number of intruders in a run (all 36 matrices): its mean over the seeds and the standard error of that mean, for both settings at the cut-offs $0.3$, $0.5$, $0.7$ and $0.8$, on the left in windows of 1 and of 10 and on the right in a window of 10.
#
# Then argue in at most 200 words, with numbers; a table does not count towards the words. Which setting "has more intruder dimensions", and which of the three choices (side, window, cut-off) decides it? Why does one of the two counts stay near 36 between $0.5$ and $0.7$, while the other nearly triples? What would you report, if you were to compare the two?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# Mean over five runs ± its standard error:
#
# | side, window | setting | 0.3 | 0.5 | 0.7 | 0.8 |
# |---|---|---|---|---|---|
# | left, 1 | r = 1 | 25.4 ± 1.0 | 30.0 ± 0.3 | 31.0 ± 0.3 | 31.8 ± 0.5 |
# | | r = 16 | 7.6 ± 1.1 | 14.0 ± 1.2 | 16.0 ± 1.2 | 17.0 ± 0.9 |
# | left, 10 | r = 1 | 27.8 ± 1.5 | 33.4 ± 0.7 | 39.0 ± 0.7 | 49.0 ± 2.1 |
# | | r = 16 | 12.4 ± 1.4 | 31.8 ± 1.8 | 86.0 ± 3.4 | 137.6 ± 5.6 |
# | right, 10 | r = 1 | 29.4 ± 1.2 | 33.4 ± 0.7 | 38.6 ± 0.5 | 49.2 ± 2.1 |
# | | r = 16 | 13.8 ± 1.3 | 31.2 ± 1.8 | 85.4 ± 2.8 | 137.0 ± 6.0 |
#
# *A model answer.* Without the choices the question has no answer. At the usual ones (left, ten, $0.5$) the two are equal within errors, 33.4 ± 0.7 and 31.8 ± 1.8; at $0.3$ rank one has more than twice as many, at $0.8$ rank sixteen nearly three times as many; in a window of one rank one leads at every cut-off. The side hardly matters here: the counts of a window of ten differ by 2 at most, mostly by less than their errors.
#
# Rank one can bring one new dimension to a matrix and has one strong spike in each of the 36: one newcomer in some 33 of them, and saturation. Rank sixteen has several weaker spikes, which mix with old directions and each other at all places of the window. Their cosines are spread, so the count follows the cut-off. Above $1/\sqrt2$ a mixture of just two old directions counts as new: there rank one, too, passes 36, without a new dimension.
#
# I would report the whole curve in $\epsilon$ for both sides, the window, and strengths over visibility beside it.
#
# **Rubric**
#
# - 1 point: a right table (counts summed over the matrices of a run, mean and standard error over five runs and not over 180 matrices).
# - 1 point: says with numbers that the order of the two settings depends on cut-off and window and not on the side (equal at $0.5$ in a window of ten, opposite at $0.3$ and $0.8$).
# - 1 point: explains the plateau near 36 by one new dimension per matrix for rank one, and the growth of the other by several spikes at all places of the window that lean and mix.
# - 1 point: would report curves or several choices, with the strengths beside them (or: no cut-off above $1/\sqrt2$, where two old directions are enough for a count), and claims neither harm nor benefit from a count.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
