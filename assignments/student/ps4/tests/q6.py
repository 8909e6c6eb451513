from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_one_dimension(chance_mean, chance_drawn):
    import numpy as np
    assert abs(chance_mean(1, 1) - 1) < 1e-06, 'on a line the cosine is one'
    assert 0 < chance_mean(30, 20) < 1
    mean, error = chance_drawn(30, 20, 100, np.random.default_rng(0))
    assert 0 < mean < 1 and 0 < error < 0.1

