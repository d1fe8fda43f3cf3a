"""Tables and pictures from a results directory's rows and arrays. No torch, no models, no data sets."""
