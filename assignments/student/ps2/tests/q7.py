from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_the_two_ends(measured_cosine, predicted_cosine):
    import numpy as np
    from scipy.special import erfinv
    seen = measured_cosine(30, 1e-06, np.random.default_rng(0))
    assert isinstance(seen, (float, np.floating)), 'measured_cosine returns one float'
    assert isinstance(predicted_cosine(50, 1000.0), (float, np.floating)), 'predicted_cosine returns one float'
    assert 0.999 < seen <= 1 + 1e-09, 'almost no update turns no vector'
    largest = erfinv(0.5 ** (1 / 50)) * np.sqrt(2 / 50)
    message = 'a new matrix: the largest of N Gaussians of variance 1/N'
    assert abs(predicted_cosine(50, 1000.0) - largest) < 0.001, message

