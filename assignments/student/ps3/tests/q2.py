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

    def at(formula, **values):
        return float(formula.subs({one: values[one.name] for one in formula.free_symbols}))
    assert abs(at(best, s=10, c=0.5, sigma=2) - 2 * at(best, s=5, c=0.5, sigma=1)) < 1e-09
    assert abs(at(cut, c=0.5, sigma=2) - 2 * at(cut, c=0.5, sigma=1)) < 1e-09, 'the unit of sigma is that of s'
    assert 0 < at(best, s=3, c=1, sigma=1) < 3, 'noise pushes outliers outwards'
    assert at(cut, c=1, sigma=1) > 2, 'outliers stand beyond the edge'

