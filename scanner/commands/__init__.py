"""Commands of the scanner, one a file; the root parser loads them when they are asked for."""
