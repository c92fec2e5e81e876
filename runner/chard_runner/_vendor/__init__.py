"""Other people's packages, carried so that the runner needs nothing installed. See each one's LICENSE."""
