from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_no_levels_is_the_semicircle(g_levels):
    g = g_levels(0.5 + 1j, [0.0], 1.0)
    assert abs(g * (0.5 + 1j - g) - 1) < 1e-08 and g.imag < 0

