from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form_of_the_interval(interval, too_narrow):
    import numpy as np
    from intruders.course import same
    groups = np.repeat([3, 1, 2], 2)
    ends = interval(np.full(6, 1.5), groups, 50, np.random.default_rng(0))
    assert np.shape(ends) == (2,) and np.all(np.isfinite(ends)), 'interval must return two finite floats'
    assert np.allclose(ends, 1.5), 'of equal values every mean is the same'
    values = np.arange(6.0)
    low, high = interval(values, groups, 200, np.random.default_rng(0))
    assert 0 <= low < 2.5 < high <= 5, 'the lower end comes first, and both lie among the values'
    message = 'too_narrow must be an expression in k and rho'
    assert same(too_narrow, too_narrow, k=(2, 9), rho=(0.1, 0.9)), message

@test_case(points=None, hidden=False)
def test_level_of_the_interval(interval):
    import numpy as np
    ends = interval(np.array([0.0, 1.0, 2.0]), np.arange(3), 6000, np.random.default_rng(0))
    assert np.allclose(ends, [0, 2]), '95 % are asked for, with 2.5 % on each side'

