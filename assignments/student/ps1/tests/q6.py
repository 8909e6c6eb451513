from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_right_where_sigma_is_one(mass_thin, factor):
    import sympy as sp
    for name, one in {'mass_thin': mass_thin, 'factor': factor}.items():
        value = sp.sympify(one).subs({s: 1 for s in sp.sympify(one).free_symbols if s.name == 'sigma'})
        assert sp.simplify(value) == 1, f'the printed law is right at sigma = 1 and c <= 1, so there {name} is 1'

