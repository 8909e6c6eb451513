from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_right_where_the_second_value_is_zero(skew_ratio, mean_ratio):
    import sympy as sp
    from intruders.course import same
    for name, one in {'skew_ratio': skew_ratio, 'mean_ratio': mean_ratio}.items():
        assert isinstance(one, sp.Expr), f'{name} must be a SymPy expression'
        assert same(one, one, s1=(2, 5), s2=(0.1, 1.9)), f'{name} has no finite value'
        value = one.subs({x: 0 for x in one.free_symbols if x.name == 's2'})
        assert sp.simplify(value) == 1, f'for s2 = 0 both agree, so {name} is 1'

@test_case(points=None, hidden=False)
def test_form_of_the_update(E_still):
    import numpy as np
    assert np.shape(E_still) == (2, 2), 'E_still must be a 2 x 2 array'
    E = np.array(E_still, dtype=float)
    assert np.all(np.isfinite(E)), 'E_still must have finite numbers'
    assert not np.diag(E).any(), 'the diagonal must be zero'
    assert abs(np.linalg.norm(E) - 1) < 1e-09, 'the Frobenius norm must be one'

