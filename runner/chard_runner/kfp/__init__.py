"""Executes a step as a container of Kubeflow Pipelines, with the code that the local engine uses.

What a pipeline says of a step is in its program (``core/targets/kfp/program.ts``); what it gets and
where it writes is in KFP's executor input. Which version of each name a step gets is decided here,
by the rule of the local engine (``server/src/engines/local/versions.ts``): what must be known of
the steps before travels with their artifacts.
"""
