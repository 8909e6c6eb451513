from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_without_noise(read_off):
    import numpy as np
    values = np.array([3.0, 2.0, 0, 0, 0, 0, 0, 0])
    found = np.asarray(read_off(values, 2, 8, 8))
    assert found.shape == (2, 4), 'a row for each outlier, four columns'
    assert np.allclose(found, [[3, 1, 1, 3], [2, 1, 1, 2]]), 'where the bulk is zero a spike stands at its strength'

