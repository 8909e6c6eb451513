from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_two_directions(rotate):
    import numpy as np
    found = rotate([2.0, 2.0], 0.5, True, 50, np.random.default_rng(0))
    assert len(found) == 4 and np.all(np.isfinite(found))
    assert found[0] == 0, 'one of two cosines is at least 0.7'
    assert abs(found[2]) < 1e-12, 'turning equal values alike changes nothing'

