# %% [markdown]
# # Problem set 5: what real runs show
#
# *Chapters 8, 8b and 9 · 120 to 150 minutes · 25 points*
#
# **You will** derive what an intervention on intruders does where nothing but size counts, and how far weight decay lets a LoRA update walk; write the tools with which tables of training runs are read (an AUC with ties, a power law with its errors, an interval that knows which runs belong together) and see what choosing the best of several rates does to a score; find the step that is missing between a correlation, an intervention and a cause; and judge an intervention with its controls.
#
# **How it works.** Run the cells in order and write your answer where a cell has dots. `grader.check` tells at once whether an answer has the right form and meets the simplest demands; the checks that count for points are stricter and use other numbers. An answer earns all its points or none. Each question may use what you defined in earlier ones. You may add cells anywhere before a question's check. When it is graded an answer has eight seconds and its checks ten, no network, no torch and no files; write the formulas yourself, with NumPy, SciPy and SymPy, and use `intruders` where a question says so. Hand in this notebook, saved, with the name that your course asks for.
#
# **Notation** is the book's: $W=W_0+\Delta$ is $n\times m$, and a LoRA update is $\Delta=\gamma BA$ with $\gamma=\alpha/r$ (or $\alpha/\sqrt r$), $B$ of the shape $n\times r$ and $A$ of the shape $r\times m$. *Strength* is the largest singular value of $\Delta$, *size* its Frobenius norm over all matrices, *forgetting* the rise of the pre-training loss in nats; an intruder is one of the ten leading left singular vectors of $W$ with no cosine of $0.5$ or more with any pre-trained one. A *setting* is one choice of rank, scale and rate, which is run on several seeds.

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2
# all_or_nothing: true

# %% [markdown]
# ## Question 1: a world where only size counts (2 points)
#
# Suppose that the forgetting of a model is proportional to the *squared size* of its update, $E=\lVert\Delta\rVert_F^2$, and to nothing else. Now intervene. Let $(s_j,u_j,v_j)$ be those singular triplets of $W=W_0+\Delta$ that are intruders, $a_j=u_j^{\mathsf T}W_0v_j$, and
#
# $$S=\sum_js_j^2,\qquad A=\sum_js_ja_j .$$
#
# Scale all of them by the same factor $\lambda$. Give three SymPy expressions in `lam`, `S`, `A` and `E`:
#
# - `saved`, the share of its forgetting that the model loses by that,
# - `best`, the factor at which most is saved,
# - `neighbour`, the share by which the forgetting *rises* if, in place of the intruders, as many triplets of $W$ with the same singular values are scaled by $\lambda$ that the update has left alone, $u^{\mathsf T}\Delta v=0$.

# %% [raw]
# # BEGIN SOLUTION

# %%
lam, S, A, E = sp.symbols("lam S A E", positive=True)
# BEGIN SOLUTION NO PROMPT
change = 2 * (lam - 1) * (S - A) + (lam - 1) ** 2 * S  # of the squared size
# END SOLUTION
saved = -change / E  # SOLUTION
best = A / S  # SOLUTION
neighbour = change.subs(A, S) / E  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_untouched_nothing_changes(saved, best, neighbour):
    import sympy as sp

    from intruders.course import same

    ranges = {"S": (2, 3), "A": (0.1, 2), "E": (4, 9)}
    for name, one in {"saved": saved, "neighbour": neighbour}.items():
        at_one = {s: 1 for s in sp.sympify(one).free_symbols if s.name == "lam"}
        message = f"{name} must be an expression in lam, S, A and E"
        assert same(one, one, lam=(-0.5, 1.5), **ranges), message
        message = f"{name} must be zero for the factor one"
        assert same(sp.sympify(one).subs(at_one), sp.Integer(0), **ranges), message
    assert same(sp.sympify(best), best, **ranges), "best must be an expression in S, A and E, without lam"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_several_intruders(saved, best):
    import sympy as sp

    from intruders.course import same

    lam, S, A, E = sp.symbols("lam S A E")
    ranges = {"S": (2, 3), "A": (0.1, 2), "E": (4, 9)}
    expected = (1 - lam) * ((1 + lam) * S - 2 * A) / E
    assert same(saved, expected, lam=(-0.5, 1.5), **ranges), "saved is off"
    assert same(sp.sympify(best), A / S, **ranges), "best is not A / S"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_holds_for_matrices(saved):
    import numpy as np

    rng = np.random.default_rng(1)
    for lam in (0.0, 0.4, 1.3):
        W0 = rng.standard_normal((12, 20)) / 4
        update = rng.standard_normal((12, 2)) @ rng.standard_normal((2, 20)) / 5
        U, s, Vt = np.linalg.svd(W0 + update, full_matrices=False)
        a = np.diag(U.T @ W0 @ Vt.T)
        E = np.sum(update**2)
        moved = update + (lam - 1) * (U[:, :2] * s[:2]) @ Vt[:2]
        numbers = {"lam": lam, "S": s[:2] @ s[:2], "A": s[:2] @ a[:2], "E": E}
        ours = saved.subs({one: numbers[one.name] for one in saved.free_symbols})
        message = f"saved is not what two triplets of a matrix save at lam = {lam}"
        assert abs(float(ours) - (1 - np.sum(moved**2) / E)) < 1e-9, message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_what_the_update_left_alone(neighbour):
    import sympy as sp

    from intruders.course import same

    lam, S, E = sp.symbols("lam S E")
    ranges = {"S": (2, 3), "A": (0.1, 2), "E": (4, 9)}
    message = "neighbour is not (1 - lam)^2 S / E: where u' Delta v = 0, all of s is old"
    assert same(neighbour, (1 - lam) ** 2 * S / E, lam=(-0.5, 1.5), **ranges), message


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
# ## Question 2: how far decay lets it walk (3 points)
#
# Chapter 8b: as long as the gradient keeps its sign, Adam moves every entry of $B$ by about the learning rate a step, and the strength grows like the sum $R$ of the rates. AdamW *decays* the weights as well: each step first multiplies $B$ by $1-\eta w$, with the weight decay $w$, and then moves every entry by $\eta$ in the direction of its sign.
#
# Let the loss have the constant gradient $p\,q^{\mathsf T}$ in $W$, with no zero among the entries of $p$; only $B$ is trained, from $B=0$, by sign descent with decay, for $T$ steps at the constant rate $\eta$. The rows $a_k$ of $A$ are drawn as PEFT draws them, with independent entries that are uniform on $[-1/\sqrt m,1/\sqrt m]$; and let $q$ be the first unit vector, so that one input feature alone has a gradient. Then the update has rank one and the strength
#
# $$\lVert\Delta\rVert=\gamma\,\sqrt n\,\rho_T\,\lVert d\rVert,\qquad d=\sum_{k=1}^r\operatorname{sign}(a_k^{\mathsf T}q)\,a_k .$$
#
# Give two SymPy expressions:
#
# - `reach`, which is $\rho_T$, in `eta`, `w` and `T`,
# - `norm2`, which is $\mathbb E\lVert d\rVert^2$ exactly, in `r` and `m`. (The formula of chapter 8b is for Gaussian entries.)
#
# (Look at your $\rho_T$ for large $T$. Does the strength at which the walk ends depend on the learning rate? And with $\eta=2\cdot10^{-3}$ and PyTorch's $w=0.01$, after how many steps is any of it felt?)

# %% [raw]
# # BEGIN SOLUTION

# %%
eta, w, T, r, m = sp.symbols("eta w T r m", positive=True)
reach = (1 - (1 - eta * w) ** T) / w  # SOLUTION
norm2 = r / 3 + r * (r - 1) / (4 * m)  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_one_step_and_one_row(reach, norm2):
    import sympy as sp

    from intruders.course import same

    def at_one(formula, name):
        formula = sp.sympify(formula)
        found = [one for one in formula.free_symbols if one.name == name]
        return formula.subs(dict.fromkeys(found, 1))

    ranges = {"eta": (0.01, 0.1), "w": (0.1, 1)}
    message = "reach must be an expression in eta, w and T"
    assert same(reach, reach, T=(2, 300), **ranges), message
    message = "norm2 must be an expression in r and m"
    assert same(norm2, norm2, r=(1, 64), m=(100, 800)), message
    message = "after one step every entry has moved by the rate"
    assert same(at_one(reach, "T"), sp.Symbol("eta"), **ranges), message
    message = "a single row has the mean square m times 1/(3m)"
    assert same(at_one(norm2, "r"), sp.Rational(1, 3), m=(50, 500)), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_reach(reach):
    import sympy as sp

    from intruders.course import same

    eta, w, T = sp.symbols("eta w T")
    expected = (1 - (1 - eta * w) ** T) / w
    found = same(reach, expected, eta=(0.01, 0.1), w=(0.1, 1), T=(2, 300))
    assert found, "reach is not the sum of the steps that are left"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_follows_the_steps(reach):
    rho = 0.0
    for step in range(1, 41):
        rho = (1 - 0.03 * 0.5) * rho + 0.03
        numbers = {"eta": 0.03, "w": 0.5, "T": step}
        ours = reach.subs({one: numbers[one.name] for one in reach.free_symbols})
        assert abs(float(ours) - rho) < 1e-12, f"reach is not where the walk is after step {step}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_uniform_entries(norm2):
    import sympy as sp

    from intruders.course import same

    r, m = sp.symbols("r m")
    expected = r / 3 + r * (r - 1) / (4 * m)
    assert same(norm2, expected, r=(1, 64), m=(100, 800)), "norm2 is not r / 3 + r (r - 1) / (4 m)"


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
# ## Question 3: who has the higher score? (3 points)
#
# The AUC is the probability that a matrix with an intruder has a higher score than one without, both drawn at random; a tie counts half. Over many settings the mere name of the setting has a high AUC, for some settings have intruders everywhere. To ask *which matrix* one compares only pairs within one setting.
#
# Write `auc(score, positive, group=None)`: the AUC of the array `score`, where `positive` says who has an intruder. With an array of integers `group` only pairs with the same group count, every such pair alike. It returns a float, `nan` where there is no pair.

# %% [raw]
# # BEGIN SOLUTION


# %%
def auc(score, positive, group=None):
    # BEGIN SOLUTION
    score, positive = np.asarray(score, float), np.asarray(positive, bool)
    group = np.zeros(len(score), int) if group is None else np.asarray(group)
    won, pairs = 0.0, 0
    for one in np.unique(group):
        yes, no = (score[(group == one) & who] for who in (positive, ~positive))
        gap = yes[:, None] - no
        won += np.sum(gap > 0) + np.sum(gap == 0) / 2
        pairs += gap.size
    return float(won / pairs) if pairs else float("nan")
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_four_matrices(auc):
    import numpy as np

    positive = np.array([True, True, False, False])
    value = auc(np.array([3.0, 1.5, 1.0, 2.0]), positive)
    assert isinstance(value, float), "auc must return a float"
    assert abs(value - 0.75) < 1e-12, "three of the four pairs are in order"


# %%
def test_groups_and_no_pair(auc):
    import numpy as np

    score, group = np.array([1.0, 2.0, 8.0, 9.0]), np.array([0, 0, 7, 7])
    value = auc(score, np.array([False, True, False, True]), group)
    message = "both pairs within a group are in order, and pairs across groups do not count"
    assert isinstance(value, float) and abs(value - 1) < 1e-12, message
    assert np.isnan(auc(score, np.ones(4, bool))), "where all have an intruder there is no pair: nan"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_is_mann_and_whitneys(auc):
    import numpy as np
    from scipy.stats import mannwhitneyu

    rng = np.random.default_rng(3)
    for size, levels in ((9, 4), (200, 7), (500, 100000)):
        score = rng.integers(0, levels, size).astype(float)
        positive = rng.random(size) < 0.3 + 0.4 * (score > levels / 2)
        positive[:2] = [True, False]
        yes, no = score[positive], score[~positive]
        u = mannwhitneyu(yes, no).statistic
        value = auc(score, positive)
        expected = u / (len(yes) * len(no))
        assert abs(value - expected) < 1e-12, "it is not the statistic of Mann and Whitney, with ties"
        grown = auc(np.exp(score / levels), positive)
        assert abs(grown - value) < 1e-12, "it changes with a growing function of the score"
        assert abs(auc(-score, positive) - (1 - value)) < 1e-12, "the score's sign does not turn it round"
        assert abs(auc(score, ~positive) - (1 - value)) < 1e-12, "exchanged groups do not turn it round"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_pairs_of_one_setting(auc):
    import numpy as np

    rng = np.random.default_rng(4)
    group = rng.choice([-3, 5, 8, 64], size=120, p=[0.1, 0.2, 0.3, 0.4])
    score = rng.integers(0, 6, 120) + 0.5 * group
    positive = rng.random(120) < 0.2 + 0.01 * group
    won, pairs = 0.0, 0
    for i in np.flatnonzero(positive):
        for j in np.flatnonzero(~positive & (group == group[i])):
            won += (score[i] > score[j]) + 0.5 * (score[i] == score[j])
            pairs += 1
    value = auc(score, positive, group)
    assert abs(value - won / pairs) < 1e-12, "not every pair within a group counts alike"
    moved = auc(score + 7 * group, positive, group)
    assert abs(moved - value) < 1e-12, "the level of a group's scores changes it"
    assert abs(auc(group * 1.0, positive, group) - 0.5) < 1e-12, "the name of the group is worth something"
    together = auc(score, positive, np.zeros(120, int))
    assert abs(together - auc(score, positive)) < 1e-12, "one group is not the same as none"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_no_pair(auc):
    import numpy as np

    for all_alike in (np.ones(4, bool), np.zeros(4, bool)):
        assert np.isnan(auc(np.arange(4.0), all_alike)), "it is not nan where all are alike"
    apart = auc(np.arange(2.0), np.array([True, False]), np.array([0, 1]))
    assert np.isnan(apart), "it is not nan where no group has a pair"


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
# ## Question 4: a power law, with its errors (3 points)
#
# Write `power_law(X, y)`, the least-squares fit of
#
# $$\log y=b_0+\sum_jb_j\log X_j$$
#
# to positive numbers: `X` has one row a run and one column a quantity, `y` one number a run. It returns two arrays, the powers $b_j$ (without $b_0$) and their standard errors, for independent errors of equal variance, which is estimated with as many degrees of freedom as are left.
#
# Then fit the law of strength on *one* seed, yours: over those runs of `lora`, the LoRA runs that did not collapse, whose `seed` is `my_seed`, fit `strength` (the mean over a run's matrices) on the two columns $\gamma\sqrt r$ and $\eta$. Give `my_powers` and `my_errors`, two numbers each, in this order. (The columns of the table are `seed`, `rank`, `scale`, `learning_rate` and `strength`; write `lora["rank"]` and `lora["size"]`, since `lora.rank` and `lora.size` are pandas' own. The book's powers, from two seeds and geometric means, are $0.6$ and $1.05$.)

# %% [raw]
# # BEGIN SOLUTION

# %%
from intruders import data

grid = data.runs("minilm-rank").query("learning_rate > 0")
# Full fine-tuning, which has no rank, is left out.
lora = grid[grid["rank"].notna() & ~grid["collapsed"]]
my_seed = own(STUDENT_ID, "ps5 q4", [0, 1, 2, 3, 4])


def power_law(X, y):
    # BEGIN SOLUTION
    X = np.log(np.asarray(X, dtype=float))
    design = np.column_stack([np.ones(len(X)), X])
    inverse = np.linalg.pinv(design)
    coefficients = inverse @ np.log(y)
    off = np.log(y) - design @ coefficients
    variance = off @ off / (len(X) - design.shape[1])
    errors = np.sqrt(variance * np.sum(inverse**2, axis=1))
    return coefficients[1:], errors[1:]
    # END SOLUTION


# BEGIN SOLUTION NO PROMPT
mine = lora[lora.seed == my_seed]
mine = mine.assign(product=mine.scale * np.sqrt(mine["rank"]))
chosen = mine[["product", "learning_rate"]]
fitted = power_law(chosen, mine.strength.to_numpy())
# END SOLUTION
my_powers = fitted[0]  # SOLUTION
my_errors = fitted[1]  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_an_exact_power(power_law):
    import numpy as np

    x = np.array([[1.0], [2.0], [3.0], [5.0], [8.0]])
    powers, errors = power_law(x, 3 * x[:, 0] ** 2)
    message = "one column of X must give one power and one error, both in an array"
    assert np.shape(powers) == np.shape(errors) == (1,), message
    assert abs(powers[0] - 2) < 1e-9, "y = 3 x^2 has the power 2"
    assert abs(errors[0]) < 1e-6, "where all points lie on the law the standard error is zero"
    x = np.column_stack([x[:, 0], [1.0, 4.0, 2.0, 7.0, 3.0]])
    powers, errors = power_law(x, np.array([2.0, 3.0, 9.0, 4.0, 8.0]))
    message = "two columns of X must give two powers and two errors"
    assert np.shape(powers) == np.shape(errors) == (2,), message
    message = "off the law powers and errors must be finite, and the errors positive"
    assert np.all(np.isfinite([powers, errors])) and np.all(np.asarray(errors) > 0), message


# %%
def test_two_numbers_each(my_powers, my_errors):
    import numpy as np

    message = "my_powers and my_errors must be two numbers each, without that of the constant"
    assert np.shape(my_powers) == np.shape(my_errors) == (2,), message
    powers, errors = np.asarray(my_powers, float), np.asarray(my_errors, float)
    assert np.all(np.isfinite([powers, errors])), "every number must be finite"
    assert np.all(errors > 0), "standard errors are positive"
    message = "the order is the power of gamma sqrt(r), in the book the smaller one, and that of eta"
    assert powers[0] < powers[1], message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_beside_one_column_at_a_time(power_law):
    import numpy as np

    rng = np.random.default_rng(5)
    for runs, powers in ((9, [1.5]), (12, [0.6, -1.0]), (40, [0.4, 0.3, 2.0])):
        X = np.exp(rng.standard_normal((runs, len(powers))))
        X[:, -1] *= X[:, 0] ** 0.7  # the columns are correlated
        noise = np.exp(0.3 * rng.standard_normal(runs))
        y = 2.5 * np.prod(X**powers, axis=1) * noise
        found, errors = power_law(X, y)
        for j in range(len(powers)):  # less what the others explain of both
            others = np.delete(np.log(X), j, axis=1)
            q = np.linalg.qr(np.column_stack([np.ones(runs), others]))[0]
            both = np.log(X[:, j]), np.log(y)
            x, rest = (one - q @ (q.T @ one) for one in both)
            power = x @ rest / (x @ x)
            off = rest - power * x
            error = np.sqrt(off @ off / (runs - len(powers) - 1) / (x @ x))
            assert abs(found[j] - power) < 1e-8, f"the power of column {j} of {len(powers)} is off"
            assert abs(errors[j] - error) < 1e-8, f"the error of column {j} of {len(powers)} is off"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_units_and_other_columns(power_law):
    import numpy as np

    rng = np.random.default_rng(6)
    scale, rate = np.exp(rng.standard_normal((2, 30)))
    y = scale**0.6 * rate**1.05 * np.exp(0.2 * rng.standard_normal(30))
    powers, errors = power_law(np.column_stack([scale, rate]), y)
    miss = np.abs(np.asarray(powers) - [0.6, 1.05])
    assert np.all(miss < 5 * np.asarray(errors)), "the law that made the runs is not found"
    for X, z in (([16 * scale, rate / 7], y), ([scale, rate], 100 * y)):
        again = power_law(np.column_stack(X), z)
        message = "units change the powers or their errors"
        assert np.allclose(again, (powers, errors), atol=1e-9), message
    squared = power_law(np.column_stack([scale**2, rate]), y)
    half = np.array([powers, errors]) / [2, 1]
    assert np.allclose(squared, half, atol=1e-9), "a squared column does not halve its power and error"
    rates = power_law(np.column_stack([scale * rate, rate]), y)[0]
    message = "with the product for the first column the second power is not the difference"
    assert np.allclose(rates, [powers[0], powers[1] - powers[0]], atol=1e-9), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_own_seed(my_powers, my_errors, STUDENT_ID):
    import numpy as np

    from intruders import data
    from intruders.course import own

    seed = own(STUDENT_ID, "ps5 q4", [0, 1, 2, 3, 4])
    runs = data.runs("minilm-rank").query("learning_rate > 0")
    runs = runs[(runs.seed == seed) & runs["rank"].notna() & ~runs.collapsed]
    product = np.log(runs.scale) + 0.5 * np.log(runs["rank"])
    X = np.column_stack([np.ones(len(runs)), product, np.log(runs.learning_rate)])
    X, y = X.astype(float), np.log(runs.strength.to_numpy(float))
    powers, (rest,), *_ = np.linalg.lstsq(X, y, rcond=None)
    errors = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * rest / (len(runs) - 3))
    message = f"my_powers is {my_powers} and not {powers[1:]}"
    assert np.allclose(np.asarray(my_powers, float), powers[1:], atol=1e-4), message
    message = f"my_errors is {my_errors} and not {errors[1:]}"
    assert np.allclose(np.asarray(my_errors, float), errors[1:], atol=1e-4), message


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
# ## Question 5: which runs are worth an interval? (3 points)
#
# Five seeds of one setting are hardly five observations. So whole settings are drawn again.
#
# 1. Write `interval(values, groups, draws, rng)`: the 95 % percentile interval, as two floats, of the mean of all `values`, one a run, by `draws` bootstrap draws. In each draw as many groups as there are (the integers in `groups` name them) are drawn by `rng` with replacement, *all* runs of a drawn group come with it, as often as it is drawn, and the mean is that of all runs drawn. The groups may differ in size. (Ten thousand draws of forty groups should take a second or two at most.)
# 2. How much too narrow would it be to draw runs? Let every setting have $k$ runs, and let a run's value be a part of its setting plus a part of its own, independent of each other, with the share $\rho$ of the variance in the settings' part. Give the SymPy expression `too_narrow` in `k` and `rho`: the true standard deviation of the mean over many settings, divided by the one that would hold if all runs were independent.

# %% [raw]
# # BEGIN SOLUTION

# %%
k, rho = sp.symbols("k rho", positive=True)


def interval(values, groups, draws, rng):
    # BEGIN SOLUTION
    values = np.asarray(values, dtype=float)
    names, which = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(which, values), np.bincount(which)
    drawn = rng.integers(0, len(names), (draws, len(names)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
    # END SOLUTION


too_narrow = sp.sqrt(1 + (k - 1) * rho)  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form_of_the_interval(interval, too_narrow):
    import numpy as np

    from intruders.course import same

    groups = np.repeat([3, 1, 2], 2)
    ends = interval(np.full(6, 1.5), groups, 50, np.random.default_rng(0))
    assert np.shape(ends) == (2,) and np.all(np.isfinite(ends)), "interval must return two finite floats"
    assert np.allclose(ends, 1.5), "of equal values every mean is the same"
    values = np.arange(6.0)
    low, high = interval(values, groups, 200, np.random.default_rng(0))
    assert 0 <= low < 2.5 < high <= 5, "the lower end comes first, and both lie among the values"
    message = "too_narrow must be an expression in k and rho"
    assert same(too_narrow, too_narrow, k=(2, 9), rho=(0.1, 0.9)), message


# %%
def test_level_of_the_interval(interval):
    import numpy as np

    # Of three groups of one run the least is drawn three times in 1/27 of the draws, which
    # is 3.7 %: between 2.5 % and 5 %, five standard errors of 6000 draws from either.
    ends = interval(np.array([0.0, 1.0, 2.0]), np.arange(3), 6000, np.random.default_rng(0))
    assert np.allclose(ends, [0, 2]), "95 % are asked for, with 2.5 % on each side"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_whole_groups_of_any_size(interval):
    import numpy as np

    # A quantile at 2.5 % of 4000 draws has the standard error .0025 / .0584, or
    # .042 standard deviations of the means, and ours of 20000 has .019.
    for seed, count in ((1, 15), (2, 40)):
        rng = np.random.default_rng(seed)
        sizes = rng.integers(1, 9, count)
        names = rng.permutation(1000)[:count] - 500
        groups = np.repeat(names, sizes)
        own_part = 0.3 * rng.standard_normal(len(groups))
        common = rng.standard_normal(count) + sizes / 4
        values = np.repeat(common, sizes) + own_part
        order = rng.permutation(len(groups))
        found = interval(values[order], groups[order], 4000, rng)
        weights = rng.multinomial(count, np.full(count, 1 / count), size=20000)
        sums = np.array([values[groups == name].sum() for name in names])
        means = weights @ sums / (weights @ sizes)
        expected = np.quantile(means, [0.025, 0.975])
        miss = np.abs(np.asarray(found) - expected) / means.std()
        assert np.all(miss < 0.23), f"the ends are off by {miss} standard deviations of the mean"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_units_copies_and_rng(interval):
    import numpy as np

    rng = np.random.default_rng(8)
    groups = np.repeat(np.arange(20), 4)
    values = np.repeat(rng.standard_normal(20), 4) + 0.2 * rng.standard_normal(80)
    low, high = interval(values, groups, 2000, np.random.default_rng(1))
    moved = interval(3 * values - 1, groups, 2000, np.random.default_rng(1))
    assert np.allclose(moved, [3 * low - 1, 3 * high - 1]), "units and origin change it"
    other = interval(values, groups, 2000, np.random.default_rng(2))
    assert tuple(other) != (low, high), "it does not draw by rng"
    copies = np.tile(values, 6), np.tile(groups, 6)
    more = interval(*copies, 2000, np.random.default_rng(4))
    # The ratio has an error of .03; where runs are drawn it is about 1 / 2.4.
    ratio = (more[1] - more[0]) / (high - low)
    assert 0.85 < ratio < 1.18, f"copies of the runs change the width by {ratio:.2f}"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_covers_as_often_as_it_can(interval):
    import numpy as np
    from scipy.stats import t

    # Over G groups of equal size the bootstrap's standard deviation is the usual
    # standard error times the root of (G - 1) / G, so it covers by Student's t.
    rng, count, trials = np.random.default_rng(9), 20, 120
    groups, covered = np.repeat(np.arange(count), 5), 0
    for _ in range(trials):
        values = np.repeat(rng.standard_normal(count), 5)
        values = values + 0.3 * rng.standard_normal(len(values))
        low, high = interval(values, groups, 100, rng)
        covered += low < 0 < high
    share = 1 - 2 * t.sf(1.96 * np.sqrt((count - 1) / count), count - 1)
    error = np.sqrt(share * (1 - share) / trials)
    message = f"it covers in {covered} of {trials} trials, not in a share of {share:.3f}"
    assert abs(covered / trials - share) < 5 * error, message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_narrowness(too_narrow):
    import sympy as sp

    from intruders.course import same

    k, rho = sp.symbols("k rho")
    expected = sp.sqrt(1 + (k - 1) * rho)
    message = "too_narrow is not the root of 1 + (k - 1) rho"
    assert same(too_narrow, expected, k=(1, 9), rho=(0.05, 0.95)), message


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
# ## Question 6: the best of several rates (3 points)
#
# "At its best learning rate the method reaches 0.82": often that rate was chosen on the very seeds on which it is scored. What comes out where no rate is better than any other?
#
# Let $k$ rates have the same true accuracy, which we call zero. On the seed $j$ the rate $i$ scores $a_j+e_{ij}$: the seed's luck $a_j$ with standard deviation $\tau$, which all rates share (the head, the order of the texts), and their own, $e_{ij}$, with standard deviation $\sigma$; all Gaussian and independent. The rate with the highest mean over $n$ seeds is chosen.
#
# 1. Give the SymPy expression `bias_two` in `sigma`, `tau` and `n`: for $k=2$, the expected mean score, on the $n$ seeds, of the rate that was chosen on them.
# 2. Write `best_of(k, n, tau, sigma, trials, rng)`, a simulation of `trials` such choices. It returns four floats: the mean over the trials of the chosen rate's mean score on the same seeds, the standard error of that, and the same two for the chosen rate on $n$ *fresh* seeds.

# %% [raw]
# # BEGIN SOLUTION

# %%
sigma, tau, n = sp.symbols("sigma tau n", positive=True)
bias_two = sigma / sp.sqrt(sp.pi * n)  # SOLUTION


def best_of(k, n, tau, sigma, trials, rng):
    # BEGIN SOLUTION
    luck = tau * rng.standard_normal((trials, 1, 2 * n))
    scores = luck + sigma * rng.standard_normal((trials, k, 2 * n))
    means, fresh = scores[:, :, :n].mean(axis=2), scores[:, :, n:].mean(axis=2)
    chosen = np.arange(trials), means.argmax(axis=1)
    found = []
    for one in (means[chosen], fresh[chosen]):
        found += [float(one.mean()), float(one.std(ddof=1) / np.sqrt(trials))]
    return tuple(found)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_a_single_rate(best_of, bias_two):
    import numpy as np

    from intruders.course import same

    found = best_of(1, 5, 1.0, 1.0, 500, np.random.default_rng(0))
    assert np.shape(found) == (4,) and np.all(np.isfinite(found)), "best_of must return four finite floats"
    message = "the second and the fourth are standard errors, which are positive"
    assert found[1] > 0 and found[3] > 0, message
    message = "with one rate there is no choice: both means must be zero within their errors"
    assert abs(found[0]) < 5 * found[1] and abs(found[2]) < 5 * found[3], message
    message = "bias_two must be an expression in sigma, tau and n"
    assert same(bias_two, bias_two, sigma=(0.5, 2), tau=(0.5, 2), n=(2, 9)), message


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_two_rates(bias_two):
    import sympy as sp

    from intruders.course import same

    sigma, n = sp.symbols("sigma n")
    ranges = {"sigma": (0.5, 2), "tau": (0.5, 2), "n": (2, 9)}
    assert same(bias_two, sigma / sp.sqrt(sp.pi * n), **ranges), "bias_two is not sigma / sqrt(pi n)"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_more_rates(best_of):
    import numpy as np
    from scipy.stats import norm

    x, trials = np.linspace(-9, 9, 9001), 3000
    cases = (2, 5, 1.0, 0.5), (3, 2, 0.2, 1.0), (8, 3, 1.0, 0.4), (20, 4, 0, 2.0)
    for seed, (k, n, tau, sigma) in enumerate(cases):
        density = k * norm.pdf(x) * norm.cdf(x) ** (k - 1)  # of the largest of k
        top, square = (np.trapezoid(x**p * density, x) for p in (1, 2))
        own, shared = sigma**2 / n, tau**2 / n
        exact = np.sqrt((shared + own * (square - top**2)) / trials)
        exact_fresh = np.sqrt((shared + own) / trials)
        rng = np.random.default_rng(seed)
        same, error, fresh, fresh_error = best_of(k, n, tau, sigma, trials, rng)
        message = f"the mean on the same seeds is off for {k} rates"
        assert abs(same - sigma / np.sqrt(n) * top) < 5 * exact, message
        assert abs(fresh) < 5 * exact_fresh, f"the mean on fresh seeds is off for {k} rates"
        # A standard deviation of 3000 numbers has the relative error .013.
        message = f"the standard error on the same seeds is off for {k} rates"
        assert abs(error / exact - 1) < 0.1, message
        message = f"the standard error on fresh seeds is off for {k} rates"
        assert abs(fresh_error / exact_fresh - 1) < 0.1, message
        again = best_of(k, n, tau, sigma, trials, np.random.default_rng(seed + 9))
        assert again[0] != same and again[2] != fresh, "it does not draw by rng"


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
# ## Question 7: find the mistake (4 points)
#
# Shuttleworth, Andreas, Torralba and Sharma, who found intruder dimensions, give three observations (*LoRA vs full fine-tuning: an illusion of equivalence*, 2024; sections 4 and 5 and table 3 of the version of 2025): over a sweep of learning rates (RoBERTa-base, LoRA, $r=8$, MNLI) the number of intruders and the forgetting have a Spearman correlation of $0.971$; where the top intruder of every matrix of such a model is scaled by $\lambda=0.7$, it has forgotten $14.5\,\%$ less; where its neighbour is scaled instead, a pre-trained direction with a similar singular value, "forgetting goes up". They conclude:
#
# > "These results indicate that the forgetting observed in LoRA is caused by intruder dimensions interfering with the pre-trained language modeling capabilities."
#
# The observations stand; this book repeats the first two. The mistake is in the last step: none of the three has held the *size* of the update fixed, and all three also occur in a world where intruders do nothing and size does everything. Question 1 has shown it for the second and the third. Show it for the first. (That such a world *exists* does not make it ours: that is question 8.)
#
# 1. Let $X$, $Y$, $Z$ be jointly Gaussian: the number of intruders grows with $X$, the forgetting with $Y$, the size of the update with $Z$. Given $Z$, $X$ and $Y$ are independent, and each has the same positive correlation with $Z$. Two Gaussians with the correlation $\kappa$ have the Spearman correlation $\frac6\pi\arcsin\frac\kappa2$. Which correlation with $Z$ makes the Spearman correlation of $X$ and $Y$ equal to $s>0$? The SymPy expression `needed` in `s`.
# 2. Write `world(s, runs, rng)`, which draws such a world: three arrays of `runs` numbers each, for $X$, $Y$ and $Z$ in this order, so that the first two have the Spearman correlation $s$, and each of them has the correlation `needed` with the third.
# 3. Write `partial(x, y, z)`, the rank correlation of `x` and `y` given `z` of chapter 9 as one float, with average ranks for ties (SciPy and pandas have them; `intruders.tuning.statistics` needs an extra that is not there). Look at it in a world with $s=0.971$. (It is small, but a *rank* correlation given $Z$ is not exactly zero there: its limit is $0.0015$.)
# 4. And in ours? Over all ranks together chapter 9 finds $0.857$ for the count with the forgetting and, given the size, $-0.21$, with an interval that contains zero. Among the runs of *one* rank what is left given the size is positive, at each of the six ranks, and pooled it is $0.270$ with an interval from $0.162$ to $0.570$. So what is left depends on what else is held fixed. Give `my_given`, the rank correlation of `intruders` and `forgetting` given `size` among the runs `of_rank`, of the rank that is yours, as computed and not rounded. (May one read a cause, or the absence of one, from the sign of what is left? And which of the two numbers answers somebody who would keep the rank and lower the count?)

# %% [raw]
# # BEGIN SOLUTION

# %%
s = sp.Symbol("s", positive=True)
my_rank = own(STUDENT_ID, "ps5 q7", [1, 2, 4, 8, 16, 64])
of_rank = lora[lora["rank"] == my_rank]

needed = sp.sqrt(2 * sp.sin(sp.pi * s / 6))  # SOLUTION


def world(s, runs, rng):
    # BEGIN SOLUTION
    kappa = 2 * np.sin(np.pi * s / 6)  # of X and Y: the square of that with Z
    size = rng.standard_normal(runs)
    rest = np.sqrt(1 - kappa) * rng.standard_normal((2, runs))
    count, forgetting = np.sqrt(kappa) * size + rest
    return count, forgetting, size
    # END SOLUTION


def partial(x, y, z):
    # BEGIN SOLUTION
    ranks = pd.DataFrame({"x": x, "y": y, "z": z}).rank()
    (_, xy, xz), (_, _, yz), _ = ranks.corr().to_numpy()
    return float((xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2)))
    # END SOLUTION


# BEGIN SOLUTION NO PROMPT
columns = [of_rank[name] for name in ("intruders", "forgetting", "size")]
# END SOLUTION
my_given = partial(*columns)  # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_form_of_the_formula(needed):
    from intruders.course import same

    assert same(needed, needed, s=(0.1, 0.9)), "needed must be an expression in s"
    value = complex(needed.subs(dict.fromkeys(needed.free_symbols, 0.5)))
    message = "needed must be a positive correlation, at s = 0.5 for one"
    assert abs(value.imag) < 1e-9 and 0 < value.real < 1, message


# %%
def test_form_of_the_world(world):
    import numpy as np
    from scipy.stats import spearmanr

    drawn = world(0.5, 2000, np.random.default_rng(0))
    assert len(drawn) == 3, "world must return three arrays"
    assert all(np.shape(one) == (2000,) for one in drawn), "every array must have `runs` numbers"
    assert np.all(np.isfinite(drawn)), "every number must be finite"
    xy, xz, yz = (spearmanr(drawn[i], drawn[j]).statistic for i, j in ((0, 1), (0, 2), (1, 2)))
    message = "the order is X, Y, Z: both go more closely with the third than with one another"
    assert min(xz, yz) > xy, message


# %%
def test_form_of_the_partial_correlation(partial):
    import numpy as np

    x = np.array([1.0, 2, 3, 4, 5, 6])
    value = partial(x, x**3, np.array([3.0, 5, 1, 6, 2, 4]))
    assert isinstance(value, float), "partial must return a float"
    assert abs(value - 1) < 1e-9, "where y grows with x, without exception, it is one whatever z is"


# %%
def test_form_of_the_number(my_given):
    import numpy as np

    assert isinstance(my_given, float), "my_given must be a float"
    assert np.isfinite(my_given) and abs(my_given) <= 1, "my_given must be a correlation"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_needed_correlation(needed):
    import sympy as sp

    from intruders.course import same

    expected = sp.sqrt(2 * sp.sin(sp.pi * sp.Symbol("s") / 6))
    assert same(needed, expected, s=(0.05, 0.99)), "needed is not the root of 2 sin(pi s / 6)"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_world_without_an_effect(world):
    import numpy as np
    from scipy.stats import spearmanr

    runs = 4000
    for seed, s in enumerate((0.3, 0.8, 0.971)):
        x, y, z = world(s, runs, np.random.default_rng(seed))
        with_size = 6 / np.pi * np.arcsin(np.sqrt(2 * np.sin(np.pi * s / 6)) / 2)
        for one, other, true in ((x, y, s), (x, z, with_size), (y, z, with_size)):
            # Bonett and Wright 2000: artanh has variance (1 + r^2/2) / (n - 3).
            found = np.clip(spearmanr(one, other).statistic, -0.9999, 0.9999)
            error = np.sqrt((1 + true**2 / 2) / (runs - 3))
            off = abs(np.arctanh(found) - np.arctanh(true))
            assert off < 5 * error, f"s = {s}: a rank correlation of {found:.4f} for {true:.4f}"
        fits = (np.polyval(np.polyfit(z, one, 1), z) for one in (x, y))
        left = [one - fit for one, fit in zip((x, y), fits, strict=True)]
        given = np.corrcoef(*left)[0, 1]
        message = f"s = {s}: given Z, X and Y have the correlation {given:.4f}"
        assert abs(given) < 5 / np.sqrt(runs), message
        other = world(s, runs, np.random.default_rng(seed + 9))
        assert not np.array_equal(other[0], x), "it does not draw by rng"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_is_what_lines_in_the_ranks_leave(partial):
    import numpy as np
    from scipy.stats import rankdata

    rng = np.random.default_rng(3)
    for runs, effect in ((25, 0.0), (200, 0.0), (200, 0.8), (200, -2.0)):
        z = rng.standard_normal(runs)
        x = np.round(2 * z + rng.standard_normal(runs)).clip(0)  # many ties
        y = z + effect * x + 0.5 * rng.standard_normal(runs)
        ranks = np.column_stack([np.ones(runs), rankdata(z)])
        left = []
        for one in (x, y):
            line = np.linalg.lstsq(ranks, rankdata(one), rcond=None)[0]
            left.append(rankdata(one) - ranks @ line)
        value = partial(x, y, z)
        expected = np.corrcoef(*left)[0, 1]
        message = f"it is {value:.4f}, and what lines in the ranks leave has {expected:.4f}"
        assert abs(value - expected) < 1e-9, message
        moved = partial(np.sqrt(x), y**3, np.exp(z))
        assert abs(moved - value) < 1e-9, "growing functions of x, y and z change it"
        assert abs(partial(y, x, z) - value) < 1e-9, "exchanging x and y changes it"
        assert abs(partial(-x, y, z) + value) < 1e-9, "the sign of x does not turn it round"


# %%
""" # BEGIN TEST CONFIG
hidden: true
"""  # END TEST CONFIG


def test_own_rank(my_given, STUDENT_ID):
    import numpy as np
    from scipy.stats import rankdata

    from intruders import data
    from intruders.course import own

    rank = own(STUDENT_ID, "ps5 q7", [1, 2, 4, 8, 16, 64])
    runs = data.runs("minilm-rank").query("learning_rate > 0")
    runs = runs[(runs["rank"] == rank) & ~runs.collapsed]
    columns = "intruders", "forgetting", "size"
    x, y, z = (rankdata(runs[name]) for name in columns)
    fits = (np.polyval(np.polyfit(z, one, 1), z) for one in (x, y))
    left = [one - fit for one, fit in zip((x, y), fits, strict=True)]
    given = np.corrcoef(*left)[0, 1]
    assert abs(my_given - given) < 1e-6, f"my_given is {my_given:.7f} and not {given:.7f} at rank {rank}"


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
# ## Question 8: what may one conclude from an intervention? (4 points, read by a person)
#
# ```python
# rows = data.interventions("minilm-interventions")
# many = rows[rows.intruders >= 10]  # ten runs: two settings, five seeds
# ```
#
# Chapter 9 lists seven ways of changing a tuned model. One it does not discuss further: `restored` scales the intruders by `factor` and then stretches the whole change back to its old norm. The table has, for each run, `kind` and `factor`, the `frobenius` norm of the change, `accuracy` and `forgetting`, and those of the untouched run (`size`, `untouched_accuracy`, `untouched_forgetting`). `random` adds $(\lambda-1)s_j$ along random directions, `matched` shrinks the whole update to the norm that `intruders` leaves. Ignore the other kinds.
#
# Add a code cell for it. For the runs `many`, at the factors $\frac12$ and $0$, compute for the kinds `intruders`, `matched`, `restored` and `random` the change of the squared size in per cent and the changes of forgetting and of accuracy against the untouched run: means over the five seeds, each of which is the mean of its two settings; for forgetting with a 95 % interval by Student's $t$ (over five seeds $2.776$ standard errors). Two numbers more for your argument: the noise floor, twice the mean standard error of one run's forgetting, is $0.27$ nats over these ten runs, and from their squared sizes alone question 1 gives `best` $=0.40$.
#
# Then argue in at most 200 words, with these numbers (a table does not count towards the words): Which rows contradict the world of question 1, where only size counts? Does any row show that intruders cause forgetting *beyond* their part in the update, and which control would you still want? What changes between the factors $\frac12$ and $0$? For what do these runs speak?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# Changes against the untouched runs (forgetting 2.155 nats, accuracy 0.814), mean and interval over five seeds; noise floor 0.27 nats:
#
# | factor | kind | squared size | forgetting | accuracy |
# |---|---|---|---|---|
# | ½ | `intruders` | −20.7 % | −0.648 [−0.752, −0.544] | −0.001 |
# | ½ | `matched` | −20.7 % | −0.417 [−0.476, −0.358] | 0.002 |
# | ½ | `restored` | 0 | −0.327 [−0.452, −0.201] | −0.008 |
# | ½ | `random` | 14.9 % | 0.005 [−0.027, 0.037] | −0.002 |
# | 0 | `intruders` | −11.7 % | −1.098 [−1.212, −0.983] | −0.072 |
# | 0 | `matched` | −11.7 % | −0.226 [−0.364, −0.088] | 0.001 |
# | 0 | `restored` | 0 | −1.007 [−1.152, −0.862] | −0.132 |
# | 0 | `random` | 59.5 % | −0.008 [−0.066, 0.049] | −0.005 |
#
# *A model answer.* Size alone is refuted for these runs. `restored` at ½ leaves the size as it was and forgets 0.327 less, an interval without zero and above the floor, with hardly less accuracy; `random` at 0 adds 60 % to the squared size and does not forget more. So it matters *where* the change is. That does not make intruders the cause of anything beyond their part. `random` puts its energy where inputs hardly go: no control for *trained* directions. `restored` moves energy from intruders into the rest, with no twin that weakens as much of another trained part and is stretched as well; that twin I would want. Against `matched` at ½ the gain is 0.230, below the floor. From ½ to 0 the intervention changes its nature: it passes the best factor, 0.40, so that at 0 intruders are reversed, not removed; the squared size rises again, forgetting falls to half, and accuracy is lost, 0.07 to 0.13. All this holds for ten runs, two settings, of one small encoder, whose pre-training loss is a proxy.
#
# **Rubric**
#
# - 1 point: right numbers: changes against the untouched run, paired by seed (settings averaged first, $t$ with four degrees of freedom).
# - 1 point: says with numbers that size alone does not explain these runs: `restored` at ½ (the same size, less forgetting, beyond the floor), or `random` (larger, not more forgetting).
# - 1 point: says why that is no proof that intruders cause forgetting beyond their part in the update: a missing control (as much energy taken from another *trained* part, and stretched back), or that the advantage over `matched` at ½, 0.23, is below the floor, 0.27 (an answer that took the floor over all twenty runs, 0.25, is right as well), or that taking the rest away saves as well (`kept` in chapter 9). An answer that finds either "intruders cause it" or "intruders are harmless" proved does not get this point.
# - 1 point: the factor 0 is beyond `best` (about 0.4), so that intruders are reversed, and it costs accuracy; and the scope: one small model, two settings, a proxy for forgetting.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
