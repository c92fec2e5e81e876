"""What a person meets in JupyterLab, measured in a real one with a real browser.

Each module is one section of RESULTS.md. The Python side starts servers and judges; what happens in
the page is a script beside it (``*.mts``), which Node runs as it is, with the Chromium of the
browser tests.
"""
