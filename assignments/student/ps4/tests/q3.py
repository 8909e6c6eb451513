from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_one_adapter(thin_svd):
    import numpy as np
    rng = np.random.default_rng(0)
    B, A = (rng.normal(size=(9, 2)), rng.normal(size=(2, 7)))
    U, s, V = thin_svd([(B, A, 1.0)])
    assert U.shape == (9, 2) and s.shape == (2,) and (V.shape == (7, 2))
    assert np.allclose(s, np.linalg.svd(B @ A, compute_uv=False)[:2])
    assert np.allclose(U * s @ V.T, B @ A)

