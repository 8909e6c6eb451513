from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_a_fine_step_changes_nothing(expected_rounded, rounded):
    import numpy as np
    fine = expected_rounded(2.0, 0.001)
    assert abs(fine - 1) < 1e-05, f'expected_rounded: a fine step changes nothing, but {fine}'
    found = rounded(20, 3.0, 0.001, 5, np.random.default_rng(0))
    pair = isinstance(found, (tuple, list, np.ndarray)) and len(found) == 2
    assert pair, 'rounded returns two numbers: the mean and its standard error'
    mean, error = found
    assert abs(mean - 1) < 0.0001, f'a fine step changes nothing, but the mean is {mean}'
    assert 0 < error < 0.001, f'the second number is a standard error, not {error}'

