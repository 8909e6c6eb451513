"""What a fine-tuning update does to the singular vectors of a weight matrix."""
