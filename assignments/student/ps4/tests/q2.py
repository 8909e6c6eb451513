from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_one_number_in_one_number_out(descent_B, adam_B, power_descent, power_adam):
    import sympy as sp
    from intruders.course import same
    ranges = {'gamma': (0.3, 3), 'r': (1, 40), 'n': (2, 300), 'm': (2, 300)}
    for name, formula, square in (('descent_B', descent_B, 3), ('adam_B', adam_B, 1)):
        assert isinstance(formula, sp.Expr), f'{name} must be a SymPy expression'
        assert same(formula, formula, **ranges), f'{name} has no finite value'
        value = formula.subs(dict.fromkeys(formula.free_symbols, 1))
        message = f'{name}: at n = m = r = gamma = 1 the square is {square}'
        assert abs(float(value) ** 2 - square) < 1e-09, message
    for name, power in {'power_descent': power_descent, 'power_adam': power_adam}.items():
        assert abs(float(power)) < 3, f'{name} must be a number, of moderate size'

