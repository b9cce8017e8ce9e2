"""The commands of the banner."""
