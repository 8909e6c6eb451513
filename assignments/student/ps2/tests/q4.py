from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_right_where_the_second_value_is_zero(skew_ratio, mean_ratio):
    import sympy as sp
    for name, one in {'skew_ratio': skew_ratio, 'mean_ratio': mean_ratio}.items():
        value = one.subs({x: 0 for x in one.free_symbols if x.name == 's2'})
        assert sp.simplify(value) == 1, f'for s2 = 0 both agree, so {name} is 1'

@test_case(points=None, hidden=False)
def test_form_of_the_update(E_still):
    import numpy as np
    assert np.shape(E_still) == (2, 2)
    assert not np.diag(E_still).any() and abs(np.linalg.norm(E_still) - 1) < 1e-09

