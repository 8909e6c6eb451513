from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_is_an_expression(push):
    import sympy as sp
    from intruders.course import same
    assert isinstance(push, sp.Expr), 'push must be a SymPy expression'
    sizes = {'n': (2, 20), 'm': (20, 60), 'v': (0.1, 2)}
    assert same(push, push, s=(3, 5), t=(0, 2.5), **sizes), 'push has no finite value'

@test_case(points=None, hidden=False)
def test_a_single_number_is_not_pushed(push):
    import sympy as sp
    from intruders.course import same
    one = push.subs({x: 1 for x in push.free_symbols if x.name in 'nm'})
    message = 'for n = m = 1 the value is s + E, and its mean does not change'
    assert same(one, sp.Integer(0), s=(3, 5), t=(0, 2), v=(0.1, 2)), message

