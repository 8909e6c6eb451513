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
    found = thin_svd([(B, A, 1.0)])
    assert isinstance(found, (tuple, list)) and len(found) == 3, 'return three arrays U, s, V'
    U, s, V = found
    message = 'U must be n x K, s of length K and V m x K (not its transpose)'
    assert (np.shape(U), np.shape(s), np.shape(V)) == ((9, 2), (2,), (7, 2)), message
    assert all((np.isfinite(one).all() for one in found)), 'U, s and V must be finite'
    assert s[0] >= s[1] >= 0, 'the values must fall, and not be negative'
    assert np.allclose(s, np.linalg.svd(B @ A, compute_uv=False)[:2]), 'these are not the values of BA'
    assert np.allclose(U * s @ V.T, B @ A), "U diag(s) V' must be the sum"

