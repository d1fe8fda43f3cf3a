"""Where the units of a plan are run: in processes of this machine (``local``), or on a Ray cluster (``ray_cluster``)."""
