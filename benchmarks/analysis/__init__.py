"""Statistics on rows: what the measured values say, with intervals over seeds. No torch, no models, no data sets."""
