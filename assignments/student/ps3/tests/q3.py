from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_orthogonal_matrices(rho, left, right):
    import sympy as sp
    from intruders.course import same

    def square(formula):
        return formula.subs({one: 1 for one in formula.free_symbols if one.name == 'c'})
    theta = sp.Symbol('theta')
    place = (theta + sp.sqrt(theta ** 2 + 4)) / 2
    assert same(square(rho), place, theta=(0.1, 5)), 'at c = 1 it is an orthogonal matrix: exercise 4 of chapter 5'
    for overlap in (left, right):
        assert same(square(overlap), place ** 2 / (1 + place ** 2), theta=(0.1, 5))

