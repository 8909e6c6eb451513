from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form_of_the_formula(needed):
    from intruders.course import same
    assert same(needed, needed, s=(0.1, 0.9)), 'needed must be an expression in s'
    value = complex(needed.subs(dict.fromkeys(needed.free_symbols, 0.5)))
    message = 'needed must be a positive correlation, at s = 0.5 for one'
    assert abs(value.imag) < 1e-09 and 0 < value.real < 1, message

@test_case(points=None, hidden=False)
def test_form_of_the_world(world):
    import numpy as np
    from scipy.stats import spearmanr
    drawn = world(0.5, 2000, np.random.default_rng(0))
    assert len(drawn) == 3, 'world must return three arrays'
    assert all((np.shape(one) == (2000,) for one in drawn)), 'every array must have `runs` numbers'
    assert np.all(np.isfinite(drawn)), 'every number must be finite'
    xy, xz, yz = (spearmanr(drawn[i], drawn[j]).statistic for i, j in ((0, 1), (0, 2), (1, 2)))
    message = 'the order is X, Y, Z: both go more closely with the third than with one another'
    assert min(xz, yz) > xy, message

@test_case(points=None, hidden=False)
def test_form_of_the_partial_correlation(partial):
    import numpy as np
    x = np.array([1.0, 2, 3, 4, 5, 6])
    value = partial(x, x ** 3, np.array([3.0, 5, 1, 6, 2, 4]))
    assert isinstance(value, float), 'partial must return a float'
    assert abs(value - 1) < 1e-09, 'where y grows with x, without exception, it is one whatever z is'

@test_case(points=None, hidden=False)
def test_form_of_the_number(my_given):
    import numpy as np
    assert isinstance(my_given, float), 'my_given must be a float'
    assert np.isfinite(my_given) and abs(my_given) <= 1, 'my_given must be a correlation'

