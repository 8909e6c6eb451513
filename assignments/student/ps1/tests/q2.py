from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(m2, m3):
    from intruders.course import same
    for name, moment in {'m2': m2, 'm3': m3}.items():
        message = f'{name} must be an expression in c and sigma, with a finite value'
        assert same(moment, moment, c=(0.2, 5), sigma=(0.5, 2)), message

@test_case(points=None, hidden=False)
def test_scale(m2, m3):
    import sympy as sp
    from intruders.course import same

    def at(moment, scale):
        moment = sp.sympify(moment)
        return moment.subs({s: scale for s in moment.free_symbols if s.name == 'sigma'})
    assert same(at(m2, 2), 16 * at(m2, 1), c=(0.2, 5)), "m2: W W' has the scale sigma^2, its square sigma^4"
    assert same(at(m3, 2), 64 * at(m3, 1), c=(0.2, 5)), "m3: W W' has the scale sigma^2, its cube sigma^6"

