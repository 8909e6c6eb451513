from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(added, price, turned):
    import sympy as sp
    from intruders.course import same
    for name, one in {'added': added, 'price': price, 'turned': turned}.items():
        assert isinstance(one, sp.Expr), f'{name} must be a SymPy expression'
    for name, one in {'added': added, 'price': price}.items():
        twice = one.subs({x: 2 * x for x in one.free_symbols if x.name == 's'})
        ends = {'s': (0.5, 2), 'a': (0.5, 2), 'epsilon': (0.2, 0.8)}
        assert same(twice, 2 * one, **ends), f'{name} is in proportion to s'
    ends = {'s1': (3, 4), 's2': (1, 2), 'phi': (0.1, 1.4)}
    assert same(turned, turned, **ends), 'turned has no finite value'
    names = {x.name for x in price.free_symbols}
    assert names <= {'s', 'epsilon'}, 'price is an expression in s and epsilon'

@test_case(points=None, hidden=False)
def test_no_change_without_a_column_or_a_turn(added, turned):
    import sympy as sp

    def at_zero(one, name):
        return sp.simplify(one.subs({x: 0 for x in one.free_symbols if x.name == name}))
    assert at_zero(added, 'a') == 0, 'added: no change without a column'
    assert at_zero(turned, 'phi') == 0, 'turned: no change without a turn'

