"""What is generated from the model: pure functions from `Model` to text."""
