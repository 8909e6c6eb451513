# %% q1 wrong: the sign
saved, neighbour = -saved, -neighbour
# %% q1 wrong: the outlier taken for the spike, as if nothing of it were old
saved, best = (1 - lam**2) * S / E, sp.Integer(0)
# %% q1 wrong: the whole update scaled
saved = 1 - lam**2
# %% q1 wrong: the square forgotten
saved = 2 * (1 - lam) * (S - A) / E
# %% q1 wrong: the best factor from the other end
best = 1 - A / S
# %% q1 wrong: the neighbour's share of the update
neighbour = (1 - lam**2) * S / E
# %% q1 wrong: in units of the size and not of the forgetting
saved = saved * E
# %% q1 right: from the parabola's two ends
deleted = 2 * A / E - S / E
saved = (1 - lam) * (1 + lam) * S / E - 2 * (1 - lam) * A / E
best = (1 + (deleted * E + 0 * S) / S) / 2
neighbour = S * (1 - 2 * lam + lam**2) / E
# %% q1 right: other assumptions on the symbols
lam, S, A, E = sp.symbols("lam S A E")
saved = sp.expand((2 * (1 - lam) * (S - A) - (1 - lam) ** 2 * S) / E)
best, neighbour = A / S, (lam - 1) ** 2 * S / E
# %% q2 wrong: no decay
reach = eta * T
# %% q2 wrong: an exponential
reach = (1 - sp.exp(-eta * w * T)) / w
# %% q2 wrong: decay that does not know the rate
reach = eta * (1 - (1 - w) ** T) / w
# %% q2 wrong: one step too many
reach = (1 - (1 - eta * w) ** (T + 1)) / w
# %% q2 wrong: the decay is felt by the new step as well
reach = (1 - eta * w) * (1 - (1 - eta * w) ** T) / w
# %% q2 wrong: the formula for Gaussian entries
norm2 = r / 3 + 2 * r * (r - 1) / (3 * sp.pi * m)
# %% q2 wrong: rows that do not line up
norm2 = r / 3
# %% q2 wrong: r squared for r (r - 1)
norm2 = r / 3 + r**2 / (4 * m)
# %% q2 wrong: the mean of a uniform number on the whole interval
norm2 = r / 3 + r * (r - 1) / m
# %% q2 right: by sums
j = sp.Symbol("j")
reach = eta * sp.summation((1 - eta * w) ** j, (j, 0, T - 1))
reach = (reach if not reach.has(sp.Piecewise) else ((1 - eta * w) ** T - 1) / (-w)).doit()
norm2 = r * (m * 1 / (3 * m)) + (r**2 - r) * (1 / (2 * sp.sqrt(m))) ** 2
# %% q2 right: as an exponential of a logarithm
reach = -sp.expand_log((sp.exp(T * sp.log(1 - eta * w)) - 1) / w)
norm2 = (4 * m * r + 3 * r**2 - 3 * r) / (12 * m)


# %% q3 wrong: ties count nothing
def auc(score, positive, group=None):
    group = np.zeros(len(score)) if group is None else group
    pairs = positive[:, None] & ~positive & (group[:, None] == group)
    return float((score[:, None] > score)[pairs].mean()) if pairs.any() else np.nan


# %% q3 wrong: ties count one
def auc(score, positive, group=None):
    group = np.zeros(len(score)) if group is None else group
    pairs = positive[:, None] & ~positive & (group[:, None] == group)
    return float((score[:, None] >= score)[pairs].mean()) if pairs.any() else np.nan


# %% q3 wrong: settings count alike, not pairs
def auc(score, positive, group=None):
    group = np.zeros(len(score)) if group is None else group
    each = []
    for one in np.unique(group):
        yes, no = score[positive & (group == one)], score[~positive & (group == one)]
        if len(yes) and len(no):
            each.append(np.mean((np.sign(yes[:, None] - no) + 1) / 2))
    return float(np.mean(each)) if each else np.nan


# %% q3 wrong: the groups do not count
def auc(score, positive, group=None):
    gap = score[positive][:, None] - score[~positive]
    return float(np.mean((np.sign(gap) + 1) / 2)) if gap.size else np.nan


# %% q3 wrong: one half where there is no pair
def auc(score, positive, group=None):
    group = np.zeros(len(score)) if group is None else group
    pairs = positive[:, None] & ~positive & (group[:, None] == group)
    gap = np.sign(score[:, None] - score)[pairs]
    return float((gap.mean() + 1) / 2) if gap.size else 0.5


# %% q3 wrong: the group's mean taken off instead
def auc(score, positive, group=None):
    if group is not None:
        means = pd.Series(score).groupby(group).transform("mean")
        score = score - means.to_numpy()
    gap = score[positive][:, None] - score[~positive]
    return float(np.mean((np.sign(gap) + 1) / 2)) if gap.size else np.nan


# %% q3 right: by ranks
from scipy.stats import rankdata


def auc(score, positive, group=None):
    if group is not None:
        found = []
        for one in np.unique(group):
            here = group == one
            pairs = positive[here].sum() * (~positive[here]).sum()
            if pairs:
                found.append((auc(score[here], positive[here]), pairs))
        values, pairs = np.array(found).T if found else (np.zeros(1), np.zeros(1))
        return float(values @ pairs / pairs.sum()) if found else float("nan")
    yes, no = positive.sum(), (~positive).sum()
    if not yes * no:
        return float("nan")
    return float((rankdata(score)[positive].sum() - yes * (yes + 1) / 2) / (yes * no))


# %% q4 wrong: no constant
def power_law(X, y):
    X, y = np.log(np.asarray(X, float)), np.log(np.asarray(y, float))
    powers = np.linalg.lstsq(X, y, rcond=None)[0]
    off = y - X @ powers
    variance = off @ off / (len(X) - X.shape[1])
    return powers, np.sqrt(variance * np.diag(np.linalg.inv(X.T @ X)))


my_powers, my_errors = power_law(chosen, mine.strength.to_numpy())


# %% q4 wrong: the variance over the number of runs
def power_law(X, y):
    X, y = np.log(np.asarray(X, float)), np.log(np.asarray(y, float))
    X = np.column_stack([np.ones(len(X)), X])
    powers = np.linalg.lstsq(X, y, rcond=None)[0]
    variance = np.mean((y - X @ powers) ** 2)
    errors = np.sqrt(variance * np.diag(np.linalg.inv(X.T @ X)))
    return powers[1:], errors[1:]


my_powers, my_errors = power_law(chosen, mine.strength.to_numpy())


# %% q4 wrong: one column at a time
def power_law(X, y):
    from scipy.stats import linregress

    X, y = np.log(np.asarray(X, float)), np.log(np.asarray(y, float))
    fits = [linregress(x, y) for x in X.T]
    return np.array([f.slope for f in fits]), np.array([f.stderr for f in fits])


my_powers, my_errors = power_law(chosen, mine.strength.to_numpy())
# %% q4 wrong: variances for errors
my_errors = my_errors**2
# %% q4 wrong: the rank for its root
chosen = chosen.assign(product=mine.scale * mine["rank"])
my_powers, my_errors = power_law(chosen, mine.strength.to_numpy())
# %% q4 wrong: the collapsed runs as well
mine = grid[grid["rank"].notna()]
mine = mine.assign(product=mine.scale * np.sqrt(mine["rank"]))
my_powers, my_errors = power_law(mine[["product", "learning_rate"]], mine.strength)
# %% q4 wrong: the book's powers
my_powers, my_errors = np.array([0.6, 1.05]), np.array([0.03, 0.05])
# %% q4 wrong: somebody else's seed
mine = grid[grid["rank"].notna() & ~grid.collapsed & (grid.seed == (my_seed + 1) % 5)]
mine = mine.assign(product=mine.scale * np.sqrt(mine["rank"]))
my_powers, my_errors = power_law(mine[["product", "learning_rate"]], mine.strength)
# %% q4 wrong: powers in the other order
my_powers, my_errors = my_powers[::-1], my_errors[::-1]


# %% q4 right: by polyfit's covariance and the normal equations, as lists
def power_law(X, y):
    L = np.log(np.asarray(X, dtype=float))
    L, z = L - L.mean(axis=0), np.log(np.asarray(y, dtype=float))
    z = z - z.mean()
    gram = L.T @ L
    powers = np.linalg.solve(gram, L.T @ z)
    rest = max(z @ z - powers @ gram @ powers, 0) / (len(z) - L.shape[1] - 1)
    return powers, np.sqrt(rest * np.diag(np.linalg.inv(gram)))


fitted = power_law(chosen.to_numpy(), list(mine.strength))
my_powers, my_errors = [float(p) for p in fitted[0]], [float(e) for e in fitted[1]]


# %% q5 wrong: runs are drawn
def interval(values, groups, draws, rng):
    drawn = rng.integers(0, len(values), (draws, len(values)))
    low, high = np.quantile(np.asarray(values)[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


# %% q5 wrong: the mean of the groups' means
def interval(values, groups, draws, rng):
    means = pd.Series(values).groupby(groups).mean().to_numpy()
    drawn = means[rng.integers(0, len(means), (draws, len(means)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


# %% q5 wrong: groups and then runs within them
def interval(values, groups, draws, rng):
    names = np.unique(groups)
    parts, means = [values[groups == name] for name in names], []
    for _ in range(draws):
        drawn = [parts[i] for i in rng.integers(0, len(names), len(names))]
        one = [part[rng.integers(0, len(part), 1)] for part in drawn]
        means.append(np.concatenate(one).mean())
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


# %% q5 wrong: 90 per cent
def interval(values, groups, draws, rng):
    names = np.unique(groups)
    parts = [values[groups == name] for name in names]
    means = []
    for _ in range(draws):
        drawn = rng.integers(0, len(names), len(names))
        means.append(np.concatenate([parts[i] for i in drawn]).mean())
    low, high = np.quantile(means, [0.05, 0.95])
    return float(low), float(high)


# %% q5 wrong: a group drawn twice comes once
def interval(values, groups, draws, rng):
    names, means = np.unique(groups), []
    for _ in range(draws):
        drawn = rng.choice(names, len(names))
        means.append(values[np.isin(groups, drawn)].mean())
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


# %% q5 wrong: a generator of its own
def interval(values, groups, draws, rng):
    names, which = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(which, values), np.bincount(which)
    drawn = np.random.default_rng(0).integers(0, len(names), (draws, len(names)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return tuple(np.quantile(means, [0.025, 0.975]))


# %% q5 wrong: the variance's factor
too_narrow = 1 + (k - 1) * rho
# %% q5 wrong: k for k - 1
too_narrow = sp.sqrt(1 + k * rho)
# %% q5 wrong: as if runs of a setting were copies
too_narrow = sp.sqrt(k)


# %% q5 right: one draw after the other, with pandas
def interval(values, groups, draws, rng):
    table = pd.Series(values).groupby(groups).agg(["sum", "size"]).to_numpy()
    means = np.empty(draws)
    for i in range(draws):
        total, size = rng.choice(table, len(table)).sum(axis=0)
        means[i] = total / size
    return tuple(np.percentile(means, [2.5, 97.5]))


too_narrow = sp.sqrt(((1 - rho) + k * rho) / ((1 - rho) + rho))


# %% q5 right: by how often each is drawn
def interval(values, groups, draws, rng):
    names = np.unique(groups)
    member = (np.asarray(groups) == names[:, None]).astype(float)
    share = np.full(len(names), 1 / len(names))
    often = rng.multinomial(len(names), share, size=draws)
    means = often @ (member @ values) / (often @ member.sum(axis=1))
    return [float(np.quantile(means, q)) for q in (0.025, 0.975)]


# %% q6 wrong: every rate has a luck of its own
def best_of(k, n, tau, sigma, trials, rng):
    spread = np.hypot(tau, sigma) / np.sqrt(n)
    same = spread * rng.standard_normal((trials, k)).max(axis=1)
    fresh = spread * rng.standard_normal(trials)
    both = [(one.mean(), one.std() / trials**0.5) for one in (same, fresh)]
    return (*both[0], *both[1])


# %% q6 wrong: scored on the same seeds again
def best_of(k, n, tau, sigma, trials, rng):
    luck = tau * rng.standard_normal((trials, 1, n))
    scores = luck + sigma * rng.standard_normal((trials, k, n))
    best = scores.mean(axis=2).max(axis=1)
    pair = float(best.mean()), float(best.std() / trials**0.5)
    return (*pair, *pair)


# %% q6 wrong: the best single run
def best_of(k, n, tau, sigma, trials, rng):
    luck = tau * rng.standard_normal((trials, 1, 2 * n))
    scores = luck + sigma * rng.standard_normal((trials, k, 2 * n))
    same = scores[:, :, :n].max(axis=(1, 2))
    fresh = scores[:, 0, n:].mean(axis=1)
    both = [(one.mean(), one.std() / trials**0.5) for one in (same, fresh)]
    return (*both[0], *both[1])


# %% q6 wrong: the theory in place of a simulation
def best_of(k, n, tau, sigma, trials, rng):
    from scipy.stats import norm

    x = np.linspace(-9, 9, 2001)
    top = np.trapezoid(x * k * norm.pdf(x) * norm.cdf(x) ** (k - 1), x)
    error = np.sqrt((tau**2 + sigma**2) / n / trials)
    return float(sigma / n**0.5 * top), error, 0.0, error


# %% q6 wrong: standard deviations
def best_of(k, n, tau, sigma, trials, rng):
    luck = tau * rng.standard_normal((trials, 1, 2 * n))
    scores = luck + sigma * rng.standard_normal((trials, k, 2 * n))
    means, fresh = scores[:, :, :n].mean(axis=2), scores[:, :, n:].mean(axis=2)
    chosen = np.arange(trials), means.argmax(axis=1)
    same, fresh = means[chosen], fresh[chosen]
    return float(same.mean()), float(same.std()), float(fresh.mean()), float(fresh.std())


# %% q6 wrong: chosen on fresh seeds, and scored on others' best
def best_of(k, n, tau, sigma, trials, rng):
    luck = tau * rng.standard_normal((trials, 1, 2 * n))
    scores = luck + sigma * rng.standard_normal((trials, k, 2 * n))
    means = scores[:, :, :n].mean(axis=2), scores[:, :, n:].mean(axis=2)
    both = [(one.max(axis=1).mean(), one.max(axis=1).std() / trials**0.5) for one in means]
    return (*both[0], *both[1])


# %% q6 wrong: the bias knows the seed's luck
bias_two = sp.sqrt(sigma**2 + tau**2) / sp.sqrt(sp.pi * n)
# %% q6 wrong: the mean of one absolute value
bias_two = sigma * sp.sqrt(2 / (sp.pi * n))
# %% q6 wrong: n for its root
bias_two = sigma / (sp.sqrt(sp.pi) * n)


# %% q6 right: one trial after the other, by means
def best_of(k, n, tau, sigma, trials, rng):
    same, fresh = np.empty(trials), np.empty(trials)
    root = np.sqrt(n)
    for i in range(trials):
        mean = rng.normal(0, tau / root) + rng.normal(0, sigma / root, k)
        same[i] = mean.max()
        fresh[i] = rng.normal(0, tau / root) + rng.normal(0, sigma / root)
    errors = same.std() / np.sqrt(trials), fresh.std() / np.sqrt(trials)
    return same.mean(), errors[0], fresh.mean(), errors[1]


bias_two = sp.sqrt(2) * sigma / sp.sqrt(n) * sp.sqrt(2 / sp.pi) / 2
# %% q7 wrong: the correlation of X and Y
needed = 2 * sp.sin(sp.pi * s / 6)
# %% q7 wrong: Pearson's for Spearman's
needed = sp.sqrt(s)
# %% q7 wrong: Kendall's
needed = sp.sqrt(sp.sin(sp.pi * s / 2))


# %% q7 wrong: an effect, and no size
def world(s, runs, rng):
    kappa = 2 * np.sin(np.pi * s / 6)
    x, rest, z = rng.standard_normal((3, runs))
    return x, kappa * x + np.sqrt(1 - kappa**2) * rest, z


# %% q7 wrong: the root taken twice
def world(s, runs, rng):
    kappa = (2 * np.sin(np.pi * s / 6)) ** 0.25
    z, one, other = rng.standard_normal((3, runs))
    rest = np.sqrt(1 - kappa**2)
    return kappa * z + rest * one, kappa * z + rest * other, z


# %% q7 wrong: the count is the size
def world(s, runs, rng):
    kappa = 2 * np.sin(np.pi * s / 6)
    z, rest = rng.standard_normal((2, runs))
    return z, kappa * z + np.sqrt(1 - kappa**2) * rest, z.copy()


# %% q7 wrong: another order
right_world = world


def world(s, runs, rng):
    x, y, z = right_world(s, runs, rng)
    return z, x, y


# %% q7 wrong: a small effect on top of the size
def world(s, runs, rng):
    kappa = 2 * np.sin(np.pi * s / 6)
    z, one, other = rng.standard_normal((3, runs))
    a, b = np.sqrt(kappa), np.sqrt(1 - kappa)
    x = a * z + b * one
    y = a * z + b * (0.2 * one + np.sqrt(1 - 0.04) * other)
    return x, y, z


# %% q7 wrong: a generator of its own
def world(s, runs, rng):
    kappa = 2 * np.sin(np.pi * s / 6)
    z, one, other = np.random.default_rng(1).standard_normal((3, runs))
    rest = np.sqrt(1 - kappa)
    return np.sqrt(kappa) * z + rest * one, np.sqrt(kappa) * z + rest * other, z


# %% q7 wrong: not of ranks
def partial(x, y, z):
    (_, xy, xz), (_, _, yz), _ = np.corrcoef([x, y, z])
    return float((xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2)))


my_given = partial(*columns)


# %% q7 wrong: the size taken off one side alone
def partial(x, y, z):
    ranks = pd.DataFrame({"x": x, "y": y, "z": z}).rank()
    (_, xy, xz), (_, _, yz), _ = ranks.corr().to_numpy()
    return float((xy - xz * yz) / np.sqrt(1 - xz**2))


my_given = partial(*columns)


# %% q7 wrong: ties in the order in which they come
def partial(x, y, z):
    ranks = [np.argsort(np.argsort(one, kind="stable")) for one in (x, y, z)]
    (_, xy, xz), (_, _, yz), _ = np.corrcoef(ranks)
    return float((xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2)))


# %% q7 wrong: the roots forgotten
def partial(x, y, z):
    ranks = pd.DataFrame({"x": x, "y": y, "z": z}).rank()
    (_, xy, xz), (_, _, yz), _ = ranks.corr().to_numpy()
    return float((xy - xz * yz) / ((1 - xz**2) * (1 - yz**2)))


# %% q7 wrong: the number of the chapter, over all ranks
my_given = -0.21
# %% q7 wrong: the number of the chapter, pooled over the ranks
my_given = 0.27
# %% q7 wrong: not given the size
my_given = float(of_rank.intruders.corr(of_rank.forgetting, method="spearman"))
# %% q7 wrong: collapsed runs of all ranks
all_runs = grid[grid["rank"].notna()]
my_given = partial(*[all_runs[name] for name in ("intruders", "forgetting", "size")])
# %% q7 wrong: given the strength
my_given = partial(of_rank.intruders, of_rank.forgetting, of_rank.strength)
# %% q7 wrong: somebody else's rank
others_rank = grid[(grid["rank"] == {1: 2}.get(my_rank, 1)) & ~grid.collapsed]
my_given = partial(*[others_rank[name] for name in ("intruders", "forgetting", "size")])
# %% q7 right: what lines in the ranks leave
from scipy.stats import rankdata

needed = sp.sqrt(2 * sp.cos(sp.pi / 2 - sp.pi * s / 6))


def world(s, runs, rng):
    a = float(np.sqrt(2 * np.sin(np.pi * s / 6)))
    cov = np.array([[1, a * a, a], [a * a, 1, a], [a, a, 1]])
    return tuple(rng.multivariate_normal(np.zeros(3), cov, size=runs).T)


def partial(x, y, z):
    left, line = [], rankdata(z) - np.mean(rankdata(z))
    for one in (x, y):
        rank = rankdata(one) - np.mean(rankdata(one))
        left.append(rank - line * (rank @ line) / (line @ line))
    return left[0] @ left[1] / np.sqrt(left[0] @ left[0] * (left[1] @ left[1]))


my_given = partial(*columns)


# %% q7 right: a world in its own units
def world(s, runs, rng):
    kappa = 2 * np.sin(np.pi * s / 6)
    log_size = rng.normal(1, 3, runs)
    spread = 3 * np.sqrt((1 - kappa) / kappa)
    count = np.exp(log_size + rng.normal(0, spread, runs))
    return np.log(count) / 2, log_size + rng.normal(0, spread, runs), 2 * log_size
