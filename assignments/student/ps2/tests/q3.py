from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(turn):
    import numpy as np
    W, E = np.random.default_rng(0).normal(size=(2, 5, 3))
    found = turn(W, E, 0)
    assert isinstance(found, (tuple, list)) and len(found) == 2, 'return a pair u, du'
    u, du = found
    assert np.shape(u) == np.shape(du) == (5,), 'u and du: one number per row of W'
    assert np.all(np.isfinite([u, du])), 'u and du must be finite numbers'
    assert np.allclose(np.linalg.norm(W.T @ u), np.linalg.norm(W, 2)), 'u is not the leading left vector'
    assert abs(u @ u - 1) < 1e-09 and abs(u @ du) < 1e-09, 'the length must be one, and stay'

