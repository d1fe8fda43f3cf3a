"""How fast the suite is: contenders side by side in one process tree, as ratios with intervals (``python -m benchmarks.speed``)."""
