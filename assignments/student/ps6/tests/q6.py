from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_two_directions(rotate):
    import numpy as np
    found = rotate([2.0, 2.0], 0.5, True, 50, np.random.default_rng(0))
    four = isinstance(found, (tuple, list, np.ndarray)) and len(found) == 4
    assert four, 'return four numbers: two means, each with its standard error behind it'
    assert np.all(np.isfinite(found)), 'the four numbers must be finite'
    assert found[0] == 0, 'one of two cosines is at least 0.7'
    assert abs(found[2]) < 1e-12, 'turning equal values alike changes nothing'

@test_case(points=None, hidden=False)
def test_all_directions_are_counted(rotate):
    import numpy as np
    found = rotate(np.linspace(3, 1, 24), 0.95, False, 20, np.random.default_rng(1))
    message = 'turned at random, nearly all 24 directions lose a cosine of 0.95'
    assert 20 < found[0] <= 24, message
    assert 0 <= found[1] < 2 and 0 < found[3] < 2, 'second and fourth are standard errors'

