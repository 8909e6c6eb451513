from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_square_matrices(loudest):
    left, right = loudest(2.0, 1.0, 1.0, 0.5)
    assert abs(left - right) < 1e-09, 'a square matrix has no side'
    message = 'at theta = 2, sigma = c = 1, eps = 1/2 it is 1.5'
    assert abs(left - 1.5) < 1e-06, message

