from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(mended, zeros, mean):
    import sympy as sp
    from intruders.course import same
    for name, one, c in (('mended', mended, (1.1, 6)), ('zeros', zeros, (0.1, 1)), ('mean', mean, (0.1, 6))):
        message = f'{name} must be an expression in c and sigma, with a finite value'
        assert same(sp.sympify(one), one, c=c, sigma=(0.3, 3)), message

@test_case(points=None, hidden=False)
def test_where_both_are_right(mended, zeros, mean):
    import sympy as sp
    from intruders.course import same

    def where(formula, **values):
        formula = sp.sympify(formula)
        return formula.subs({s: values[s.name] for s in formula.free_symbols if s.name in values})
    message = 'at sigma = 1 the first law is right, and the mean of the right one is one'
    assert same(where(mended, sigma=1), sp.Integer(1), c=(1.1, 6)), message
    message = 'at c = 1 the second law is right, and has no atom'
    assert same(where(zeros, c=1), sp.Integer(0), sigma=(0.3, 3)), message
    message = 'at c = 1 the second law is right, and the mean of the right one is sigma^2'
    assert same(where(mean, c=1), sp.Symbol('sigma') ** 2, sigma=(0.3, 3)), message

