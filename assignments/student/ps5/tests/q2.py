from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_one_step_and_one_row(reach, norm2):
    import sympy as sp
    from intruders.course import same

    def at_one(formula, name):
        formula = sp.sympify(formula)
        found = [one for one in formula.free_symbols if one.name == name]
        return formula.subs(dict.fromkeys(found, 1))
    ranges = {'eta': (0.01, 0.1), 'w': (0.1, 1)}
    message = 'reach must be an expression in eta, w and T'
    assert same(reach, reach, T=(2, 300), **ranges), message
    message = 'norm2 must be an expression in r and m'
    assert same(norm2, norm2, r=(1, 64), m=(100, 800)), message
    message = 'after one step every entry has moved by the rate'
    assert same(at_one(reach, 'T'), sp.Symbol('eta'), **ranges), message
    message = 'a single row has the mean square m times 1/(3m)'
    assert same(at_one(norm2, 'r'), sp.Rational(1, 3), m=(50, 500)), message

