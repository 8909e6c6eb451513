from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(g_first, place):
    from intruders.course import same
    message = 'g_first must be a formula in z, sigma and tau, real and finite for large z'
    assert same(g_first, g_first, z=(12, 20), sigma=(0.5, 1), tau=(0.5, 2)), message
    message = 'place must be a formula in sigma and tau, real and finite where tau is large'
    assert same(place, place, sigma=(0.5, 1), tau=(2, 5)), message

@test_case(points=None, hidden=False)
def test_a_row_like_the_others_and_the_units(g_first, place):
    import sympy as sp
    from intruders.course import same
    z, sigma = sp.symbols('z sigma')
    g = sp.sympify(g_first)
    g = g.xreplace({s: {'z': z, 'sigma': sigma, 'tau': sigma}[s.name] for s in g.free_symbols})
    message = 'where tau is sigma no row is different: there it must solve g (z - sigma^2 g) = 1'
    assert same(g * (z - sigma ** 2 * g), sp.Integer(1), z=(6, 9), sigma=(0.5, 2)), message
    there = sp.sympify(place)
    twice = there.xreplace({s: 2 * s for s in there.free_symbols})
    message = 'place must have the unit of sigma and tau: twice the entries, twice the eigenvalues'
    assert same(twice, 2 * there, sigma=(0.5, 1), tau=(2, 5)), message

