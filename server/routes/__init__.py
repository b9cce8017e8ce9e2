"""What the server answers, one resource a file."""
