from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_one_dimension(chance_mean, chance_drawn):
    import numpy as np
    assert abs(chance_mean(1, 1) - 1) < 1e-06, 'on a line the cosine is one'
    assert 0 < chance_mean(30, 20) < 1, 'the mean of a cosine lies between 0 and 1'
    found = chance_drawn(30, 20, 100, np.random.default_rng(0))
    pair = isinstance(found, (tuple, list, np.ndarray)) and len(found) == 2
    assert pair, 'chance_drawn returns two numbers: the mean and its standard error'
    assert 0 < found[0] < 1, 'the mean of a cosine lies between 0 and 1'
    assert 0 < found[1] < 0.1, f'a standard error of {found[1]}'

