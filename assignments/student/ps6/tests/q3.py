from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_one_direction_and_two(ranks):
    import numpy as np
    one = ranks(np.ones((5, 1)), np.ones((1, 3)))
    pair = isinstance(one, (tuple, list, np.ndarray)) and len(one) == 2
    assert pair, 'return two numbers, the stable and the effective rank'
    assert np.allclose(one, 1), f'one direction has both ranks one, not {one}'
    two = ranks(np.eye(6, 2), 3 * np.eye(2, 4))
    assert np.allclose(two, 2), f'two equal spikes have both ranks two, not {two}'

@test_case(points=None, hidden=False)
def test_where_training_starts(ranks):
    import numpy as np
    found = ranks(np.zeros((6, 2)), np.eye(2, 4))
    assert np.all(np.isfinite(found)), f'at B = 0 both ranks are 0.0, not {found}'
    assert tuple(found) == (0.0, 0.0), f'at B = 0 both ranks are 0.0, not {found}'

