from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(stable, effective, largest):
    import sympy as sp
    from intruders.course import same
    given = {'stable': stable, 'effective': effective, 'largest': largest}
    ranges = {'q': (0.1, 0.9), 'sigma': (0.5, 2), 'c': (0.2, 5)}
    for name, one in given.items():
        assert isinstance(one, sp.Expr), f'{name} must be a SymPy expression'
        assert same(one, one, **ranges), f'{name} has no finite value'

@test_case(points=None, hidden=False)
def test_one_spike_has_rank_one(stable, effective):
    import sympy as sp
    for name, rank in {'stable': stable, 'effective': effective}.items():
        alone = sp.N(rank.subs({s: sp.Float('1e-12', 40) for s in rank.free_symbols}))
        assert abs(alone - 1) < 1e-06, f'as q falls to zero, one spike is left: {name}'

@test_case(points=None, hidden=False)
def test_size_has_the_scale_of_the_noise(largest):
    from intruders.course import same
    twice = largest.subs({s: 2 * s for s in largest.free_symbols if s.name == 'sigma'})
    assert same(twice, 2 * largest, q=(0.1, 0.9), sigma=(0.5, 2), c=(0.2, 5)), 'twice the noise allows twice the size'

