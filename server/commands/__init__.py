"""The commands of the server, one a file."""
