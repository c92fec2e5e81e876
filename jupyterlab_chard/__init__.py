"""Chard's Python side: finds Node and starts what was built for it."""
