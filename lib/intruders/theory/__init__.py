"""Random matrix theory: ensembles, the laws of their bulks, and what a low-rank spike does to them."""
