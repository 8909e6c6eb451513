from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_square_matrices(spike):
    import numpy as np
    for c in (0.4, 1.0, 3.0):
        for theta in (0.2, 5.0):
            found = spike(theta, c, 1.0)
            assert np.shape(found) == (3,), 'three numbers: place, left overlap, right overlap'
            assert np.all(np.isfinite(found)), f'all three must be finite, also at theta = {theta}, c = {c}'
    message = 'at theta = 2, c = sigma = 1 the place is 2.5 and both overlaps are 0.75'
    assert np.allclose(spike(2.0, 1.0, 1.0), [2.5, 0.75, 0.75]), message
    assert np.allclose(spike(0.9, 1.0, 1.0), [2, 0, 0]), 'below the threshold nothing leaves the noise'

