# %% [markdown]
# # Problem set 6: taming an adapter
#
# *Chapters 10, 11, 11b and 12 · 120 to 150 minutes · 24 points*
#
# **You will** derive which rank of an update decides about its spikes and what an intruder costs a spectral adapter, read spikes from factors whose product would not fit into memory, hold them down in two ways, compute the loads of an adapter on a real weight matrix, find by simulation what a rotation changes and what it loses, find what is wrong with an argument in print, and choose a recipe from a real comparison.
#
# **How it works.** Run the cells in order and write your answer where a cell has dots. `grader.check` tells at once whether an answer has the right form and meets the simplest demands; the checks that count for points are stricter and use other numbers. An answer earns all its points or none. Each question may use what you defined in earlier ones, and `numpy`, `scipy` and `sympy`. Hand in this notebook, saved, with the name that your course asks for.
#
# **Notation** is the book's: $W_0$ is $n\times m$, noise has independent entries of variance $\sigma^2/m$, $c=n/m$. An update is $\Delta W=\gamma BA$ with $B$ of shape $n\times r$, $A$ of shape $r\times m$ and $\gamma=\alpha/r$ or, with rank stabilisation, $\alpha/\sqrt r$. Its singular values $\theta_1\ge\theta_2\ge\dots$ are its spikes.

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 1: two ranks, and the one that counts (2 points)
#
# Training lets the spikes of an update trail off. Suppose that they do so geometrically, $\theta_j=\theta_1q^{\,j-1}$ for $j=1,2,\dots$ without end, with $0<q<1$. Give three SymPy expressions:
#
# - `stable`, the stable rank $\sum_j\theta_j^2/\theta_1^2$, in `q`,
# - `effective`, the effective rank $\exp(-\sum_jp_j\ln p_j)$ with $p_j=\theta_j/\sum_i\theta_i$, in `q`,
# - `largest`, the largest Frobenius norm that such an update may have so that, in the limit of large matrices and for random directions, no spike leaves the bulk of $n\times m$ noise: in `q`, `sigma` and `c`.
#
# (Put $q=0.9$ into the first two and ask yourself which of them you would want to see in a paper.)

# %% [raw]
# # BEGIN SOLUTION

# %%
q, sigma, c = sp.symbols("q sigma c", positive=True)
stable = 1 / (1 - q**2)  # SOLUTION
# BEGIN SOLUTION NO PROMPT
# With p_j = (1 - q) q^(j-1) the entropy is -ln(1 - q) - ln(q) q/(1 - q).
# END SOLUTION
effective = q ** (-q / (1 - q)) / (1 - q)  # SOLUTION
largest = sigma * c ** sp.Rational(1, 4) * sp.sqrt(stable)  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_one_spike_has_rank_one(stable, effective):
    import sympy as sp

    for name, rank in {"stable": stable, "effective": effective}.items():
        alone = sp.N(rank.subs({s: sp.Float("1e-12", 40) for s in rank.free_symbols}))
        assert abs(alone - 1) < 1e-6, f"as q falls to zero, one spike is left: {name}"


# %%
def test_size_has_the_scale_of_the_noise(largest):
    from intruders.course import same

    twice = largest.subs({s: 2 * s for s in largest.free_symbols if s.name == "sigma"})
    assert same(twice, 2 * largest, q=(0.1, 0.9), sigma=(0.5, 2), c=(0.2, 5))


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_ranks(stable, effective):
    import sympy as sp

    from intruders.course import same

    q = sp.Symbol("q")
    assert same(stable, 1 / (1 - q**2), q=(0.05, 0.97)), "the stable rank is wrong"
    entropy = -sp.log(1 - q) - q * sp.log(q) / (1 - q)
    assert same(effective, sp.exp(entropy), q=(0.05, 0.97)), "the effective rank is wrong"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_largest_size(largest):
    import sympy as sp

    from intruders.course import same

    q, sigma, c = sp.symbols("q sigma c")
    squared = sigma**2 * sp.sqrt(c) / (1 - q**2)
    assert same(largest**2, squared, q=(0.05, 0.97), sigma=(0.3, 3), c=(0.1, 6))
    assert same(largest, sp.sqrt(squared), q=(0.05, 0.97), sigma=(0.3, 3), c=(0.1, 6))


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
# ## Question 2: what an intruder costs a spectral adapter (3 points)
#
# An additive spectral adapter changes one triplet $(s,u,v)$ of $W_0$: it replaces $s\,uv^{\mathsf T}$ by $s\,(u+a)(v+b)^{\mathsf T}$ with $a\perp u$, $b\perp v$ and $\lvert a\rvert=\lvert b\rvert$. A rotational adapter with $r=2$ turns the two leading directions, with the singular values $s_1>s_2$, by the same angle $\varphi$ on both sides, $0<\varphi<\frac\pi2$. Give three SymPy expressions for operator norms of the change $W-W_0$, without approximation:
#
# - `added`, for the additive adapter, in `s` and the length `a`,
# - `price`, the same for the length from which on the direction is an intruder at the cut-off $\epsilon$ (it is strong and alone: the limit of chapter 11), in `s` and `epsilon`,
# - `turned`, for the rotational adapter, in `s1`, `s2` and `phi`.
#
# (The load of a change is this norm over visibility. What does it say of these adapters?)

# %% [raw]
# # BEGIN SOLUTION

# %%
s, a, epsilon = sp.symbols("s a epsilon", positive=True)
s1, s2, phi = sp.symbols("s1 s2 phi", positive=True)
# BEGIN SOLUTION NO PROMPT
# In the bases (u, a/|a|) and (v, b/|b|) the change is symmetric, with one negative
# eigenvalue: its norm is the larger root of x^2 - s a^2 x - s^2 a^2.
in_bases = s * sp.Matrix([[0, a], [a, a**2]])
assert in_bases.det() == -(s**2) * a**2 and in_bases.trace() == s * a**2
# R diag(s1, s2) R' - diag(s1, s2) has the trace zero, so that its two singular values
# are equal: the root of minus the determinant.
# END SOLUTION
added = s * a * (a + sp.sqrt(a**2 + 4)) / 2  # SOLUTION
price = added.subs(a, sp.sqrt(1 / epsilon**2 - 1))  # SOLUTION
turned = (s1 - s2) * sp.sin(phi)  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form(added, price, turned):
    from intruders.course import same

    for name, one in {"added": added, "price": price}.items():
        twice = one.subs({x: 2 * x for x in one.free_symbols if x.name == "s"})
        ends = {"s": (0.5, 2), "a": (0.5, 2), "epsilon": (0.2, 0.8)}
        assert same(twice, 2 * one, **ends), f"{name} is in proportion to s"
    assert same(turned, turned, s1=(3, 4), s2=(1, 2), phi=(0.1, 1.4))


# %%
def test_no_change_without_a_column_or_a_turn(added, turned):
    import sympy as sp

    def at_zero(one, name):
        return sp.simplify(one.subs({x: 0 for x in one.free_symbols if x.name == name}))

    assert at_zero(added, "a") == 0 and at_zero(turned, "phi") == 0


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_against_matrices(added, price, turned):
    import numpy as np
    import sympy as sp

    def value(one, **at):
        return float(sp.N(one.subs({x: at[x.name] for x in one.free_symbols})))

    rng = np.random.default_rng(2)
    for _ in range(8):
        s, a, epsilon, s2, phi = rng.uniform([0.5, 0.2, 0.2, 0.5, 0.1], [3, 4, 0.9, 2, 1.5])
        s1 = s2 + rng.uniform(0.05, 3)
        for length, ours in (
            (a, value(added, s=s, a=a)),
            ((epsilon**-2 - 1) ** 0.5, value(price, s=s, epsilon=epsilon)),
        ):
            column = np.array([1, length])
            norm = np.linalg.norm(s * np.outer(column, column) - np.diag([s, 0]), 2)
            assert abs(ours - norm) < 1e-9 * norm, f"{ours} for {norm}"
        R = np.array([[np.cos(phi), -np.sin(phi)], [np.sin(phi), np.cos(phi)]])
        norm = np.linalg.norm(R @ np.diag([s1, s2]) @ R.T - np.diag([s1, s2]), 2)
        assert abs(value(turned, s1=s1, s2=s2, phi=phi) - norm) < 1e-9 * norm, "turned"


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
# ## Question 3: ranks without the product (2 points)
#
# Write `ranks(B, A)`, the stable and the effective rank of $BA$ as two floats, for factors of any shape with $r\le\min(n,m)$. Columns of $B$ may depend on each other, and so may rows of $A$; for an update that is zero, as LoRA's is at first, both ranks are `0.0`. The strict check has a layer with 40000 rows and columns, whose product would not fit into its memory. (Why does $\gamma$ not matter?)

# %% [raw]
# # BEGIN SOLUTION


# %%
def ranks(B, A):
    # BEGIN SOLUTION
    core = np.linalg.qr(B)[1] @ np.linalg.qr(A.T)[1].T
    theta = np.linalg.svd(core, compute_uv=False)
    if theta[0] == 0:
        return 0.0, 0.0
    stable = np.sum((theta / theta[0]) ** 2)
    p = theta[theta > 0] / theta.sum()
    return float(stable), float(np.exp(-np.sum(p * np.log(p))))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_one_direction_and_two(ranks):
    import numpy as np

    one = ranks(np.ones((5, 1)), np.ones((1, 3)))
    two = ranks(np.eye(6, 2), 3 * np.eye(2, 4))
    assert np.allclose(one, 1) and np.allclose(two, 2)


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_against_the_product(ranks):
    import numpy as np

    rng = np.random.default_rng(3)
    for n, m, r in ((30, 12, 5), (9, 40, 7), (25, 25, 25)):
        B, A = rng.standard_normal((n, r)) * np.geomspace(1, 0.05, r), rng.standard_normal((r, m))
        s = np.linalg.svd(B @ A, compute_uv=False)[:r]
        p = s / s.sum()
        expected = np.sum(s**2) / s[0] ** 2, np.prod(p**-p)
        assert np.allclose(ranks(B, A), expected, rtol=1e-5), "not the ranks of the product"
        G = np.linalg.qr(rng.standard_normal((r, r)))[0] * rng.uniform(0.5, 2, r)
        again = ranks(B @ np.linalg.inv(G), 7 * G @ A)
        assert np.allclose(again, expected, rtol=1e-5), "it depends on the factors, not on BA"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_zero_and_dependent(ranks):
    import numpy as np

    rng = np.random.default_rng(4)
    B, A = rng.standard_normal((20, 3)), rng.standard_normal((3, 15))
    assert tuple(ranks(0 * B, A)) == (0.0, 0.0), "an update that is zero"
    wide = ranks(np.column_stack([B, B[:, 0], 0 * B]), np.vstack([A, 0 * A[:1], A]))
    assert np.allclose(wide, ranks(B, A), rtol=1e-4), "columns that add nothing"
    same = ranks(np.tile(B[:, :1], 4), np.tile(A[:1], (4, 1)))
    assert np.allclose(same, 1, rtol=1e-4), "four times the same direction is one direction"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_large_layer(ranks):
    import numpy as np

    rng, n = np.random.default_rng(5), 40000
    B, A = np.zeros((n, 3)), np.zeros((3, n))
    rows, columns = rng.permutation(n)[:3], rng.permutation(n)[:3]
    B[rows, range(3)], A[range(3), columns] = [2, 1, 1], [1, 2, 1]
    assert np.allclose(ranks(B, A), (2.25, 0.4**-0.8 * 0.2**-0.2), rtol=1e-5), "the spikes are 2, 2 and 1"


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
# ## Question 4: limiter and knob (3 points)
#
# Two ways to bring the spikes of $\gamma BA$ under a ceiling `cap`. Write
#
# - `limiter(B, A, gamma, cap)`: a new $B'$ of the same shape, such that $\gamma B'A$ is the matrix nearest to $\gamma BA$ with no singular value above `cap`. $A$ stays as it is.
# - `knob(B, A, gamma, cap)`: the factor $\lambda\le1$, a float, for which $\lambda\gamma BA$ has the *Frobenius norm* that the limiter leaves: the fair opponent. It is 1 where nothing exceeds the ceiling.
#
# Some rows of $A$ may be zero or depend on others, so that $AA^{\mathsf T}$ has no inverse; the strict check has the large layer of Question 3 again. (Multiplying $B$ from the left is enough: no equation in $A$ has to be solved.)

# %% [raw]
# # BEGIN SOLUTION


# %%
def limiter(B, A, gamma, cap):
    # BEGIN SOLUTION
    # gamma BA = P diag(theta) Q', multiplied from the left by the matrix
    # P diag(min(1, cap/theta)) P' + (1 - PP').
    P, theta, _ = triplets(B, A, gamma)
    above = theta > cap
    P, excess = P[:, above], 1 - cap / theta[above]
    return B - (P * excess) @ (P.T @ B)
    # END SOLUTION


def knob(B, A, gamma, cap):
    # BEGIN SOLUTION
    theta = triplets(B, A, gamma)[1]
    if theta[0] <= cap:
        return 1.0
    return float(np.linalg.norm(np.minimum(theta, cap)) / np.linalg.norm(theta))
    # END SOLUTION


# BEGIN SOLUTION NO PROMPT
def triplets(B, A, gamma):
    Q_B, R_B = np.linalg.qr(B)
    Q_A, R_A = np.linalg.qr(A.T)
    U, theta, Vt = np.linalg.svd(gamma * R_B @ R_A.T)
    return Q_B @ U, theta, Q_A @ Vt.T


# END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_nothing_to_do(limiter, knob):
    import numpy as np

    rng = np.random.default_rng(0)
    B, A = rng.standard_normal((12, 3)), rng.standard_normal((3, 9))
    new = limiter(B, A, 0.5, 1e3)
    assert new.shape == B.shape and np.allclose(new @ A, B @ A)
    assert knob(B, A, 0.5, 1e3) == 1


# %%
def test_keeps_the_ceiling(limiter):
    import numpy as np

    rng = np.random.default_rng(1)
    B, A = rng.standard_normal((12, 3)), rng.standard_normal((3, 9))
    assert np.linalg.norm(2 * limiter(B, A, 2.0, 3.0) @ A, 2) < 3 + 1e-9


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_is_the_nearest(limiter, knob):
    import numpy as np

    rng = np.random.default_rng(6)
    for n, m, r, gamma in ((30, 20, 5, 2.0), (15, 50, 4, 0.25), (10, 10, 10, 1.0)):
        B, A = rng.standard_normal((n, r)), rng.standard_normal((r, m))
        U, s, Vt = np.linalg.svd(gamma * B @ A, full_matrices=False)
        for cap in (0.3 * s[0], s[1], s[2] * 0.999):
            cut = np.minimum(s, cap)
            left = gamma * limiter(B, A, gamma, cap) @ A
            assert np.allclose(left, U * cut @ Vt, atol=1e-8 * s[0]), "not the nearest"
            share = np.sqrt(np.sum(cut**2) / np.sum(s**2))
            assert abs(knob(B, A, gamma, cap) - share) < 1e-7, "not of the same Frobenius norm"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_rows_that_are_zero_or_dependent(limiter, knob):
    import numpy as np

    rng = np.random.default_rng(7)
    B, A = rng.standard_normal((25, 6)), rng.standard_normal((6, 18))
    A[3], A[5] = 0, A[0] - 2 * A[1]
    U, s, Vt = np.linalg.svd(0.5 * B @ A, full_matrices=False)
    cut, new = np.minimum(s, 0.6 * s[0]), limiter(B, A, 0.5, 0.6 * s[0])
    assert np.isfinite(new).all() and np.allclose(0.5 * new @ A, U * cut @ Vt, atol=1e-7)
    assert abs(knob(B, A, 0.5, 0.6 * s[0]) - np.linalg.norm(cut) / np.linalg.norm(s)) < 1e-6
    assert knob(0 * B, A, 0.5, 1.0) == 1 and not np.any(limiter(0 * B, A, 0.5, 1.0))


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_large_layer(limiter, knob):
    import numpy as np

    n = 40000
    B, A = np.zeros((n, 2)), np.zeros((2, n))
    B[[7, 31000], [0, 1]], A[[0, 1], [11, 39000]] = [3, 1], [1, 2]
    new = limiter(B, A, 2.0, 5.0)
    assert np.allclose(new[[7, 31000], [0, 1]], [2.5, 1]) and abs(np.abs(new).sum() - 3.5) < 1e-8
    assert abs(knob(B, A, 2.0, 5.0) - np.sqrt(41 / 52)) < 1e-7


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q5
# points: 4
# all_or_nothing: true

# %% [markdown]
# ## Question 5: scan a matrix of your own (4 points)
#
# *Visibility* is the strength at which the outlier of an independent spike stands at the $k$-th singular value of $W_0$, $\theta_{\text{vis}}=D(s_k)^{-1/2}$ with $D=\varphi_1\varphi_2$. The library fits a smooth bulk for $D$. Where $q\ge k$ leading values stand apart one can do without: leave their $q$ triplets out and take
#
# $$\varphi_1(z)=\frac{1}{n-q}\operatorname{tr}\,z\,(z^2-XX^{\mathsf T})^{-1},\qquad\varphi_2(z)=\frac1{m-q}\operatorname{tr}\,z\,(z^2-X^{\mathsf T}X)^{-1}$$
#
# for an $(n-q)\times(m-q)$ matrix $X$ with the other singular values of $W_0$. (Mind the shape: which of the two matrices has eigenvalues zero?) Write, without the library,
#
# - `visibility(values, shape, q, k=10)` from all $\min(n,m)$ singular values of $W_0$, falling, and `shape` $=(n,m)$,
# - `loads(values, shape, q, B, A, gamma)`, the loads of all $r$ spikes of $\gamma BA$ at $k=10$, falling, as an array.
#
# Then, for the matrix `my_matrix` of the small encoder of this book, which is yours, and the factors `my_B`, `my_A` of the next cell, of rank 8 and used with `use_rslora`: give `my_alpha`, the largest `lora_alpha` at which no spike exceeds $0.8$ of visibility. (The visibility by the library's fit is in the column `visibility` of `row`: compare.)

# %% [raw]
# # BEGIN SOLUTION

# %%
from intruders import data

layers = ["0.intermediate", "0.output", "2.intermediate", "2.output", "3.output"]
my_matrix = f"encoder.layer.{own(STUDENT_ID, 'ps6 q5', layers)}.dense"
row = data.load("minilm-base").set_index("matrix").loc[my_matrix]
my_values, my_q = row["values"], int(row["outliers"])  # q: how many stand apart
my_shape = int(row["n"]), int(row["m"])
rng = np.random.default_rng(6)
my_B = rng.standard_normal((my_shape[0], 8)) / my_shape[0] ** 0.5
my_A = rng.standard_normal((8, my_shape[1])) / my_shape[1] ** 0.5


def visibility(values, shape, q, k=10):
    # BEGIN SOLUTION
    n, m = shape
    values = np.asarray(values, dtype=float)
    z, bulk = values[k - 1], values[q:]
    both = np.sum(z / (z**2 - bulk**2))
    first = (both + (n - min(n, m)) / z) / (n - q)
    second = (both + (m - min(n, m)) / z) / (m - q)
    return float((first * second) ** -0.5)
    # END SOLUTION


def loads(values, shape, q, B, A, gamma):
    # BEGIN SOLUTION
    core = gamma * np.linalg.qr(B)[1] @ np.linalg.qr(A.T)[1].T
    return np.linalg.svd(core, compute_uv=False) / visibility(values, shape, q)
    # END SOLUTION


# BEGIN SOLUTION NO PROMPT
strongest = loads(my_values, my_shape, my_q, my_B, my_A, 1 / 8**0.5)[0]  # alpha = 1
# END SOLUTION
my_alpha = 0.8 / strongest  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_a_bulk_of_zeros_and_the_form(visibility, loads):
    import numpy as np

    values = np.array([5.0] * 12 + [0.0] * 8)
    assert abs(visibility(values, (20, 20), 12) - 5) < 1e-9, "where there is no noise, a spike stands where it is"
    found = loads(values, (20, 20), 12, np.eye(20, 3), np.eye(3, 20), 10.0)
    assert np.allclose(found, [2, 2, 2])


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_against_the_traces(visibility, loads):
    import numpy as np

    rng = np.random.default_rng(8)
    for n, m, q, k in ((40, 40, 12, 10), (90, 35, 13, 10), (30, 75, 11, 10), (50, 20, 4, 3)):
        bulk = rng.uniform(0, 2, min(n, m) - q)
        values = np.sort(np.concatenate([bulk, rng.uniform(2.5, 6, q)]))[::-1]
        X, z = np.zeros((n - q, m - q)), values[k - 1]
        np.fill_diagonal(X, values[q:])
        both = [z * np.trace(np.linalg.inv(z**2 * np.eye(len(Y)) - Y @ Y.T)) / len(Y) for Y in (X, X.T)]
        expected = (both[0] * both[1]) ** -0.5
        assert abs(visibility(values, (n, m), q, k) - expected) < 1e-8, f"wrong for {(n, m)}"
        if k == 10:
            B, A = rng.standard_normal((n, 4)), rng.standard_normal((4, m))
            strengths = np.linalg.svd(0.7 * B @ A, compute_uv=False)[:4]
            ours = loads(values, (n, m), q, B, A, 0.7)
            assert np.allclose(ours, strengths / expected, rtol=1e-7), "loads"
            turned = loads(3 * values, (m, n), q, 3 * A.T, B.T, 0.7)
            assert np.allclose(ours, turned, rtol=1e-7), "no unit and no side counts"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_in_noise_it_is_the_strength(visibility):
    import numpy as np

    rng = np.random.default_rng(9)
    for n, m, theta in ((500, 250, 2.0), (200, 400, 1.5)):
        # The outlier of a spike theta in noise stands at sqrt((theta^2 + 1)(theta^2 + c))/theta. One draw of the
        # noise misses by its fluctuations and the row left out, both of the order 1/n: by .003 in sixty draws.
        place = np.sqrt((theta**2 + 1) * (theta**2 + n / m)) / theta
        noise = np.linalg.svd(rng.standard_normal((n, m)) / m**0.5, compute_uv=False)
        values = np.concatenate([[place], noise[:-1]])
        assert abs(visibility(values, (n, m), 1, 1) / theta - 1) < 0.015


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_own_matrix(my_alpha, STUDENT_ID):
    import numpy as np

    from intruders import data
    from intruders.course import own

    layers = ["0.intermediate", "0.output", "2.intermediate", "2.output", "3.output"]
    table = data.load("minilm-base").set_index("matrix")
    row = table.loc[f"encoder.layer.{own(STUDENT_ID, 'ps6 q5', layers)}.dense"]
    n, m, q, s = int(row["n"]), int(row["m"]), int(row["outliers"]), np.asarray(row["values"], dtype=float)
    rng = np.random.default_rng(6)
    B, A = rng.standard_normal((n, 8)) / n**0.5, rng.standard_normal((8, m)) / m**0.5
    strongest = np.linalg.norm(B @ A, 2)
    z, squares = s[9], np.zeros(max(n, m) - q)
    squares[: len(s) - q] = s[q:] ** 2
    long, short = (np.sum(z / (z**2 - squares[: size - q])) / (size - q) for size in (max(n, m), min(n, m)))
    limit = 1 / np.sqrt(long * short)
    assert abs(my_alpha * strongest / np.sqrt(8) / (0.8 * limit) - 1) < 1e-5


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
# ## Question 6: what a rotation changes, and what it loses (3 points)
#
# A rotational adapter turns the $r$ leading directions of $W_0$, $U_1S_1V_1^{\mathsf T}\to U_1R_US_1R_V^{\mathsf T}V_1^{\mathsf T}$. Let the rotations be uniformly random (Haar), $R_V=R_U$ or $R_V$ independent of $R_U$. Write `rotate(s, eps, alike, draws, rng)`, where `s` holds the $r$ leading singular values and `alike` says whether $R_V=R_U$. It draws `draws` rotations by the generator `rng` and returns four floats:
#
# - the mean number of the $r$ left directions that become intruders at the cut-off `eps`, and its standard error,
# - the mean of $\lVert W-W_0\rVert_F^2/\lVert S_1\rVert_F^2$, and its standard error.
#
# Use the functions of `intruders.theory.ensembles`, or your own; then mind how the rotation is drawn (Mezzadri, 2007). (For values that nearly coincide, compare what is lost with what is changed.)

# %% [raw]
# # BEGIN SOLUTION


# %%
def rotate(s, eps, alike, draws, rng):
    # BEGIN SOLUTION
    s = np.asarray(s, dtype=float)
    lost, change = np.empty(draws), np.empty(draws)

    def haar():
        Q, R = np.linalg.qr(rng.standard_normal((len(s), len(s))))
        return Q * np.sign(np.diag(R))  # without the signs Q is not uniform

    for k in range(draws):
        left = haar()
        right = left if alike else haar()
        lost[k] = np.sum(np.abs(left).max(axis=0) < eps)
        change[k] = np.sum((left * s @ right.T - np.diag(s)) ** 2) / np.sum(s**2)
    answers = [(x.mean(), x.std(ddof=1) / np.sqrt(draws)) for x in (lost, change)]
    return tuple(float(x) for pair in answers for x in pair)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_two_directions(rotate):
    import numpy as np

    found = rotate([2.0, 2.0], 0.5, True, 50, np.random.default_rng(0))
    assert len(found) == 4 and np.all(np.isfinite(found))
    assert found[0] == 0, "one of two cosines is at least 0.7"
    assert abs(found[2]) < 1e-12, "turning equal values alike changes nothing"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_how_many_are_lost(rotate):
    import numpy as np

    for seed, (r, eps) in enumerate([(4, 0.5), (8, 0.6), (16, 0.5), (24, 0.4)]):
        x = np.random.default_rng(100 + seed).standard_normal((40000, r))
        share = np.mean(np.abs(x).max(axis=1) < eps * np.linalg.norm(x, axis=1))
        for alike in (True, False):
            lost, error, _, _ = rotate(np.linspace(3, 1, r), eps, alike, 200, np.random.default_rng(seed))
            # Five standard errors, of theirs and of the share of 40000 unit vectors.
            noise = np.sqrt(error**2 + r**2 * share * (1 - share) / 40000)
            assert abs(lost - r * share) <= 5 * noise, f"{lost} for {r * share}"
    assert rotate(np.ones(4), 0.5, False, 100, np.random.default_rng(5))[0] == 0


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_how_much_is_changed(rotate):
    import numpy as np

    for seed, s in enumerate([[4, 1, 0.5], [3.0, 2.9, 2.8, 2.7, 2.6], [6, 2, 1.5, 1.2, 1.1, 1, 0.9, 0.8]]):
        s = np.array(s)
        # E R_ij^2 = 1/r, and E R_ij = 0: exact at every size.
        expected = {True: 2 - 2 * s.sum() ** 2 / (len(s) * np.sum(s**2)), False: 2.0}
        for alike, exact in expected.items():
            _, _, change, error = rotate(s, 0.5, alike, 500, np.random.default_rng(seed + 20))
            assert 0 < error < 0.2 and abs(change - exact) < 5 * error, f"{change} for {exact}, alike {alike}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_errors_and_generator(rotate):
    import numpy as np

    s = np.linspace(3, 1, 12)
    runs = np.array([rotate(s, 0.5, True, 40, np.random.default_rng(seed)) for seed in range(40)])
    assert len(np.unique(runs[:, 2])) == 40, "it must use rng"
    # The spread of forty runs is known to 1/sqrt(78) = .11; the mean of their own errors much better.
    for mean, error in ((0, 1), (2, 3)):
        ratio = runs[:, error].mean() / runs[:, mean].std(ddof=1)
        assert 0.6 < ratio < 1.8, f"the standard error is off by {ratio}"


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
# ## Question 7: find the mistake (3 points)
#
# Under "Mitigation: Rank Stabilization" a set of lecture slides (Khodabandeh and Heidari, 2024) requires $\mathbf B^{\mathsf T}\mathbf B=\mathbf A^{\mathsf T}\mathbf A=\mathbf I_r$, with $\mathbf A$ of shape $m\times r$, takes $W_{\mathsf{ft}}=W+\frac\alpha rBA^{\mathsf T}$, and says:
#
# > The normalization constant is added since $\lVert BA^{\mathsf T}\rVert\le\lVert B\rVert\lVert A\rVert\le C\sqrt r\cdot C\sqrt r=C'r$.
# >
# > **Effect:** Suppresses the formation of dominant, misaligned intruder dimensions.
#
# Rank-stabilised LoRA (Kalajdzievski, 2023), the name that the authors' report gives to this, is something else: the scale $\alpha/\sqrt r$, with factors left free. And while the inequality holds, under the constraint it is no reason for $1/r$, and the effect does not follow. Show it:
#
# - `norm_2` and `norm_F`, the operator and the Frobenius norm of $BA^{\mathsf T}$ under the constraint: SymPy expressions in `r`,
# - `power`, the $p$ for which the *size* $\lVert\alpha r^{-p}BA^{\mathsf T}\rVert_F$ is the same at every rank,
# - `last`, the number such that the update $\alpha r^{-p}BA^{\mathsf T}$ with random frames has $r$ outliers for $r$ below it and none above, in large $n\times m$ noise of scale $\sigma$ with fixed $r$: a SymPy expression in `alpha`, `p`, `sigma`, `c`,
# - `frames(W0, r, new)`: factors $B$ and $A$ (shape $m\times r$) that satisfy the constraint, as a pair of arrays. For every $\gamma\ge3\lVert W_0\rVert_2$ the $r\le5$ leading left directions of $W_0+\gamma BA^{\mathsf T}$ shall all be intruders ($\epsilon=0.5$) if `new` is true, and if it is false $W_0+\gamma BA^{\mathsf T}$ shall have no intruder on either side. $W_0$ has at least 200 rows and columns and simple singular values.

# %% [raw]
# # BEGIN SOLUTION

# %%
r, alpha, p, sigma, c = sp.symbols("r alpha p sigma c", positive=True)
norm_2 = sp.Integer(1)  # SOLUTION
norm_F = sp.sqrt(r)  # SOLUTION
power = sp.Rational(1, 2)  # SOLUTION
# BEGIN SOLUTION NO PROMPT
# All spikes are alpha r^(-p), and the threshold is sigma c^(1/4).
# END SOLUTION
last = (alpha / (sigma * c ** sp.Rational(1, 4))) ** (1 / p)  # SOLUTION


def frames(W0, r, new):
    # BEGIN SOLUTION
    if not new:  # old directions, lengthened
        U, _, Vt = np.linalg.svd(W0, full_matrices=False)
        return U[:, :r], Vt[:r].T
    rng = np.random.default_rng(7)
    drawn = [rng.standard_normal((size, r)) for size in W0.shape]
    return tuple(np.linalg.qr(one)[0] for one in drawn)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_rank_one(norm_2, norm_F):
    import sympy as sp

    for name, norm in {"norm_2": norm_2, "norm_F": norm_F}.items():
        norm = sp.sympify(norm)
        assert norm.subs(dict.fromkeys(norm.free_symbols, 1)) == 1, f"{name} of one unit vector times another"


# %%
def test_frames_satisfy_the_constraint(frames):
    import numpy as np

    W0 = np.random.default_rng(0).standard_normal((220, 200)) / 15
    for new in (True, False):
        for frame, size in zip(frames(W0, 3, new), (220, 200), strict=True):
            assert frame.shape == (size, 3) and np.allclose(frame.T @ frame, np.eye(3))


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_norms_and_ranks(norm_2, norm_F, power, last):
    import sympy as sp

    from intruders.course import same

    r, alpha, p, sigma, c = sp.symbols("r alpha p sigma c")
    assert same(sp.sympify(norm_2), sp.Integer(1), r=(1, 64)), "the operator norm"
    assert same(sp.sympify(norm_F), sp.sqrt(r), r=(1, 64)), "the Frobenius norm"
    assert abs(float(power) - 0.5) < 1e-12, "the power that keeps the size"
    exponent = sp.log(alpha / sigma) - sp.log(c) / 4
    ends = {"alpha": (4, 32), "p": (0.3, 1.2), "sigma": (0.5, 2), "c": (0.2, 5)}
    assert same(sp.log(last), exponent / p, **ends), "the rank up to which there are outliers"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_counterexamples(frames):
    import numpy as np

    from intruders.spectra.detect import detect
    from intruders.spectra.updates import LowRank

    for seed, (n, m, r) in enumerate([(260, 220, 5), (210, 360, 4), (240, 240, 2)]):
        rng = np.random.default_rng(seed)
        own = [np.linalg.qr(rng.standard_normal((size, 16)))[0] for size in (n, m)]
        W0 = rng.standard_normal((n, m)) / m**0.5 + own[0] * np.linspace(9, 3.5, 16) @ own[1].T
        for times, new in ((3.0, True), (6.0, True), (3.0, False)):
            B, A = frames(W0, r, new)
            assert np.allclose(B.T @ B, np.eye(r)) and np.allclose(A.T @ A, np.eye(r)), "not orthonormal"
            update = LowRank(B, A.T, times * np.linalg.norm(W0, 2))
            report = detect(W0, update, side="both", route="dense")
            if new:
                assert report.intruders()[:r].all(), "not all of them are intruders"
            else:
                assert not any(report.intruders(side=side).any() for side in report.sides), "an intruder"


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
# ## Question 8: choose a recipe (4 points, read by a person)
#
# ```python
# from intruders import data
#
# runs = data.runs("minilm-methods").reset_index()
# fit = runs[runs.seed < 2].groupby(["name", "learning_rate"])  # 41 recipes
# ```
#
# Every row of `runs` is one run: a method (`name`) at one `learning_rate` on one `seed`, with its `accuracy`, its `forgetting` (nats) and the number of its `intruders`. A recipe is a method at a rate; each has five seeds.
#
# A team adapts this encoder. Its users tolerate at most one nat of forgetting; within that the team wants accuracy. Choose a recipe by the means over the seeds 0 and 1 *only*. Then report, from the seeds 2 to 4, its accuracy and forgetting with 95 per cent intervals by Student's t, and its paired differences (same seed) from at least two rivals of your choice.
#
# Defend or revise your choice in at most 200 words, with numbers of your own: What do the intervals tell apart, and what not? How far would you have got with two other seeds? Should the number of intruders have a say here? What would you measure before you recommend the recipe for another model?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# *A model answer.* On the seeds 0 and 1, 21 of 41 recipes forget at most one nat. The most accurate is VeRA at 0.02: 0.828, forgetting 0.58. On the seeds 2 to 4 it has 0.825 ± 0.004, forgets 0.62 ± 0.10 and has no intruder. Paired, it is less accurate than VeRA at 0.04 by 0.004 ± 0.021 and than DoRA at 0.001 by 0.000 ± 0.015, more than OSF at 0.0001 by 0.002 ± 0.011: nothing is told apart. In forgetting it is: 0.30 ± 0.12, 0.43 ± 0.18 and 0.08 ± 0.06 less.
#
# So I keep it for its forgetting, not for its accuracy; HRA at 0.002 forgets 0.56 and cannot be told from it in either. Two seeds settle little: of the ten pairs three choose this recipe, five VeRA at 0.04, one OSF and one OFT. Near the limit selection flatters: RandLoRA at 0.0001 and DoRA go from 0.99 and 0.97 to 1.20 and 1.06, beyond it.
#
# The count has no say. VeRA at 0.04 has six intruders and keeps the limit; DoRA has none and does not. For another model I would tune each method's rate first, on several seeds, and measure forgetting on what the users need.
#
# **Rubric**
#
# - 1 point: the choice is made on the seeds 0 and 1 alone, with the limit applied there, and reported on the others with the right intervals (t with two degrees of freedom, 4.30 standard errors).
# - 1 point: paired differences from two rivals, and their reading: accuracies are not told apart (which is not the same as equal), some differences in forgetting are. A revised choice, for lower forgetting at an accuracy not told apart, is as good if it is argued.
# - 1 point: the luck of selection, with a number: another pair of seeds chooses another recipe, or a recipe near the limit passes it on new seeds.
# - 1 point: the count is not the aim and does not order the recipes (with an example from the table), and a sensible measurement for another model: rates first, several seeds, the forgetting that matters there.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
