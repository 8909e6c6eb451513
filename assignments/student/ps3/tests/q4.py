from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_square_matrices(ratio, excess, last):
    import sympy as sp
    from intruders.course import same

    def square(formula):
        return sp.sympify(formula).subs({one: 1 for one in sp.sympify(formula).free_symbols if one.name == 'c'})
    assert same(ratio, ratio, c=(0.1, 9)), 'ratio must be an expression in c'
    message = 'excess must be an expression in theta, c and sigma'
    assert same(excess, excess, theta=(4, 8), c=(0.1, 4), sigma=(0.5, 1)), message
    message = 'last must be an expression in c and sigma, with a finite value for c > 1'
    assert same(last, last, c=(1.2, 9), sigma=(0.5, 2)), message
    message = 'at c = 1 the printed place is right: there excess is zero'
    assert same(square(excess), sp.Integer(0), theta=(3, 5), sigma=(0.5, 1)), message
    message = 'at c = 1 the printed place is never inside: there last is the right threshold'
    assert same(square(last), sp.Symbol('sigma'), sigma=(0.5, 2)), message

