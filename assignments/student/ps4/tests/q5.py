from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_nothing_new(newcomers):
    import numpy as np
    W0 = np.random.default_rng(0).normal(size=(12, 12))
    found = newcomers(W0, W0, 10, 0.9, 'left')
    assert isinstance(found, (list, tuple, np.ndarray)), 'return a list of places'
    assert list(found) == [], 'in the same matrix nothing is new'
    assert list(newcomers(W0, 2 * W0, 10, 0.9, 'right')) == [], 'in twice the matrix nothing is new'

@test_case(points=None, hidden=False)
def test_places_are_whole_numbers_that_rise(newcomers):
    import numpy as np
    W0, W = np.random.default_rng(1).normal(size=(2, 30, 30))
    found = list(newcomers(W0, W, 10, 0.9999, 'left'))
    message = 'in a new matrix all ten are new: places 1, 2, ..., 10, as whole numbers'
    assert len(found) == 10 and all((int(place) == place for place in found)), message
    assert found == sorted(found) and found[0] >= 1 and (found[-1] <= 10), message

