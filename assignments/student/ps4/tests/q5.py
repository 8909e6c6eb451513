from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_nothing_new(newcomers):
    import numpy as np
    W0 = np.random.default_rng(0).normal(size=(12, 12))
    assert list(newcomers(W0, W0, 10, 0.9, 'left')) == []
    assert list(newcomers(W0, 2 * W0, 10, 0.9, 'right')) == []

