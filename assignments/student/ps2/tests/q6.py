from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_a_fine_step_changes_nothing(expected_rounded, rounded):
    import numpy as np
    assert abs(expected_rounded(2.0, 0.001) - 1) < 1e-05
    mean, error = rounded(20, 3.0, 0.001, 5, np.random.default_rng(0))
    assert abs(mean - 1) < 0.0001 and 0 < error < 0.001, f'{mean}, error {error}'

