"""A small stand-in for the real runner: values are JSON, cells are plain Python."""
