"""One step a file. A released step is never changed: the next one is."""
