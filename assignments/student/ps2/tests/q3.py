from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(turn):
    import numpy as np
    W, E = np.random.default_rng(0).normal(size=(2, 5, 3))
    u, v, du, dv = turn(W, E, 0)
    assert (u.shape, v.shape, du.shape, dv.shape) == ((5,), (3,), (5,), (3,))
    assert np.allclose(W @ v, np.linalg.norm(W, 2) * u), 'not the leading pair'
    assert abs(u @ du) < 1e-09 and abs(v @ dv) < 1e-09, 'the length changes'

