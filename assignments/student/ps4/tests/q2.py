from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_one_number_in_one_number_out(descent_A, descent_B, adam_B, power_descent, power_adam):
    import sympy as sp
    names = {'gamma', 'r', 'n', 'm'}
    for formula, square in ((descent_A, 3), (descent_B, 3), (adam_B, 1)):
        symbols = sp.sympify(formula).free_symbols
        assert {s.name for s in symbols} <= names, 'the symbols are gamma, r, n and m'
        value = sp.sympify(formula).subs(dict.fromkeys(symbols, 1))
        assert abs(float(value) ** 2 - square) < 1e-09, 'at n = m = r = gamma = 1 the squares are 3, 3, 1'
    assert abs(float(power_descent)) < 3 and abs(float(power_adam)) < 3

