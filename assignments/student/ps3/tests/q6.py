from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form_and_a_strong_spike(both):
    import numpy as np
    found = np.asarray(both(30, 4.0, 1.0, 1.0, 60, np.random.default_rng(0)))
    assert found.shape == (3, 2), 'an array of three rows and two columns'
    assert np.isrealobj(found) and np.all(np.isfinite(found)), 'every entry must be a finite real number'
    message = 'the second column must have the standard errors of means over 60 draws'
    assert np.all(found[:, 1] > 0) and np.all(found[:, 1] < 0.1), message
    miss = np.abs(found[:, 0] - [4, 4.25, 1 - 1 / 16])
    assert np.all(miss < 5 * found[:, 1] + 1 / 30), f'{found[:, 0]} is too far from the limits'

