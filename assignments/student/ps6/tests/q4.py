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
    assert new.shape == B.shape and np.allclose(new @ A, B @ A)
    assert knob(B, A, 0.5, 1000.0) == 1

@test_case(points=None, hidden=False)
def test_keeps_the_ceiling(limiter):
    import numpy as np
    rng = np.random.default_rng(1)
    B, A = (rng.standard_normal((12, 3)), rng.standard_normal((3, 9)))
    assert np.linalg.norm(2 * limiter(B, A, 2.0, 3.0) @ A, 2) < 3 + 1e-09

