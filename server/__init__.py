"""Floor 3: remember the choice, show the scans."""
