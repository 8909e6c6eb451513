from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_square_matrices(second_moment):
    import numpy as np
    found = second_moment(30, 30, 1.0, 200, np.random.default_rng(0))
    assert np.shape(found) == (2,) and np.all(np.isfinite(found)), 'two finite numbers: mean and standard error'
    mean, error = found
    assert 0 < error < 0.1, f'{error} cannot be the standard error of a mean of 200 such numbers'
    assert abs(mean - (2 + 1 / 30)) < 5 * error, f'{mean} is too far from the exact value'

