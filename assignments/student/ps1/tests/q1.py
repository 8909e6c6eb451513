from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_solves_the_equation(g_semicircle):
    import sympy as sp
    from intruders.course import same
    z, sigma = sp.symbols('z sigma')
    left = g_semicircle * (z - sigma ** 2 * g_semicircle)
    assert same(left, sp.Integer(1), z=(6, 9), sigma=(0.5, 2)), 'it does not solve the equation'

