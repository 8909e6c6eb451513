from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(a_min, unseen):
    import numpy as np
    import sympy as sp
    from intruders.course import same
    assert isinstance(a_min, sp.Expr), 'a_min must be a SymPy expression'
    assert same(a_min, a_min, eps=(0.2, 0.6)), 'a_min must be an expression in eps'
    last = a_min.subs(dict.fromkeys(a_min.free_symbols, 1))
    assert abs(float(last)) < 1e-09, 'at eps = 1 every a > 0 will do'
    W0 = np.random.default_rng(0).normal(size=(40, 50)) / 50 ** 0.5
    found = unseen(W0, 0.5)
    assert isinstance(found, (tuple, list)) and len(found) == 3, 'return u, v and theta'
    u, v, theta = found
    assert np.shape(u) == (40,) and np.shape(v) == (50,), 'u has n entries and v has m'
    assert abs(u @ u - 1) < 1e-09 and abs(v @ v - 1) < 1e-09, 'u and v must have length one'
    assert np.ndim(theta) == 0 and 0 < theta < np.inf, 'theta must be a positive number'

