from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(loudest, my_tau):
    import numpy as np
    found = loudest(3.0, 1.0, 0.5, 0.5)
    pair = isinstance(found, (tuple, list, np.ndarray)) and len(found) == 2
    assert pair, 'return two numbers, for the left and for the right side'
    assert np.all(np.isfinite(found)) and min(found) > 0, 'finite and positive numbers'
    assert isinstance(my_tau, (int, float, np.number)), 'my_tau must be a number'
    assert np.isfinite(my_tau) and my_tau > 0, 'my_tau must be finite and positive'

@test_case(points=None, hidden=False)
def test_square_matrices(loudest):
    left, right = loudest(2.0, 1.0, 1.0, 0.5)
    assert abs(left - right) < 1e-09, 'a square matrix has no side'
    message = 'at theta = 2, sigma = c = 1, eps = 1/2 it is 1.5'
    assert abs(left - 1.5) < 1e-06, message

