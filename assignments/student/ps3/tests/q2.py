from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(best, cut):
    from intruders.course import same
    assert same(best, best, s=(8, 12), c=(0.2, 4), sigma=(0.5, 1.5)), 'best is an expression in s, c and sigma'
    assert same(cut, cut, c=(0.2, 4), sigma=(0.5, 1.5)), 'cut is an expression in c and sigma'

@test_case(points=None, hidden=False)
def test_scale_and_order(best, cut):
    import sympy as sp

    def at(formula, **values):
        formula = sp.sympify(formula)
        return float(formula.subs({one: values[one.name] for one in formula.free_symbols}))
    twice = at(best, s=10, c=0.5, sigma=2) - 2 * at(best, s=5, c=0.5, sigma=1)
    assert abs(twice) < 1e-09, 'best has the unit of s and sigma: twice as large where both are'
    twice = at(cut, c=0.5, sigma=2) - 2 * at(cut, c=0.5, sigma=1)
    assert abs(twice) < 1e-09, 'cut has the unit of sigma: twice as large where sigma is'
    assert 0 < at(best, s=3, c=1, sigma=1) < 3, 'noise pushes outliers outwards: best is less than s'
    assert at(cut, c=1, sigma=1) > 2, 'outliers stand beyond the edge, and so must cut'

