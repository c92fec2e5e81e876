"""What experiments are measured by; each module is one section of RESULTS.md."""
