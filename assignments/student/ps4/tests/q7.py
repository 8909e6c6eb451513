from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(a_min, unseen):
    import numpy as np
    from intruders.course import same
    assert same(a_min, a_min, eps=(0.2, 0.6)), 'a_min must be an expression in eps'
    last = a_min.subs(dict.fromkeys(a_min.free_symbols, 1))
    assert abs(float(last)) < 1e-09, 'at eps = 1 every a > 0 will do'
    W0 = np.random.default_rng(0).normal(size=(40, 50)) / 50 ** 0.5
    u, v, theta = unseen(W0, 0.5)
    assert u.shape == (40,) and v.shape == (50,) and (theta > 0)
    assert abs(u @ u - 1) < 1e-09 and abs(v @ v - 1) < 1e-09

