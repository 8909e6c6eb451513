from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_nothing_to_do(limiter, knob):
    import numpy as np
    rng = np.random.default_rng(0)
    B, A = (rng.standard_normal((12, 3)), rng.standard_normal((3, 9)))
    new = limiter(B, A, 0.5, 1000.0)
    assert np.shape(new) == B.shape, 'limiter returns an array of the shape of B'
    assert np.allclose(new @ A, B @ A), 'below the ceiling nothing may change'
    assert knob(B, A, 0.5, 1000.0) == 1, 'below the ceiling the factor is 1'

@test_case(points=None, hidden=False)
def test_keeps_the_ceiling(limiter, knob):
    import numpy as np
    rng = np.random.default_rng(1)
    B, A = (rng.standard_normal((12, 3)), rng.standard_normal((3, 9)))
    new = limiter(B, A, 2.0, 3.0)
    assert np.shape(new) == B.shape and np.isfinite(new).all(), 'finite, of the shape of B'
    assert np.linalg.norm(2 * new @ A, 2) < 3 + 1e-09, 'a singular value exceeds the ceiling'
    factor = knob(B, A, 2.0, 3.0)
    assert np.ndim(factor) == 0, 'knob returns one number'
    assert 0 < factor < 1, 'above the ceiling the factor lies between 0 and 1'

