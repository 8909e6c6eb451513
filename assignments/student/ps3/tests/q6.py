from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form_and_a_strong_spike(both):
    import numpy as np
    found = np.asarray(both(30, 4.0, 1.0, 1.0, 60, np.random.default_rng(0)))
    assert found.shape == (3, 2), 'three rows, two columns'
    assert np.all(found[:, 1] > 0) and np.all(found[:, 1] < 0.1), 'standard errors of the means'
    miss = np.abs(found[:, 0] - [4, 4.25, 1 - 1 / 16])
    assert np.all(miss < 5 * found[:, 1] + 1 / 30), f'{found[:, 0]} is too far from the limits'

