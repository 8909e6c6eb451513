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
    assert isinstance(value, float), 'auc must return a float'
    assert abs(value - 0.75) < 1e-12, 'three of the four pairs are in order'

@test_case(points=None, hidden=False)
def test_groups_and_no_pair(auc):
    import numpy as np
    score, group = (np.array([1.0, 2.0, 8.0, 9.0]), np.array([0, 0, 7, 7]))
    value = auc(score, np.array([False, True, False, True]), group)
    message = 'both pairs within a group are in order, and pairs across groups do not count'
    assert isinstance(value, float) and abs(value - 1) < 1e-12, message
    assert np.isnan(auc(score, np.ones(4, bool))), 'where all have an intruder there is no pair: nan'

