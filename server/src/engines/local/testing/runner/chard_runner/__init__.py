"""A small stand-in for the real runner, for the engine's specs: values are JSON, cells are plain Python."""
