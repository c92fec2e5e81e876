"""Suggests the values of an experiment's next trial, with Optuna.

A process of the companion server's own Python: it reads requests and writes answers, JSON documents
a line each. It keeps nothing: the server's store is the record, and tells it all again.
"""

PROTOCOL = 1
