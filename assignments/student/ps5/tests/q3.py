from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_four_matrices(auc):
    import numpy as np
    positive = np.array([True, True, False, False])
    value = auc(np.array([3.0, 1.5, 1.0, 2.0]), positive)
    assert abs(value - 0.75) < 1e-12, 'three of the four pairs are in order'

