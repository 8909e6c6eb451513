from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_one_direction_and_two(ranks):
    import numpy as np
    one = ranks(np.ones((5, 1)), np.ones((1, 3)))
    two = ranks(np.eye(6, 2), 3 * np.eye(2, 4))
    assert np.allclose(one, 1) and np.allclose(two, 2)

