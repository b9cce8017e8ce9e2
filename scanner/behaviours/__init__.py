"""What was seen decides where no entry of the catalogue does: rules over all observations of a scan."""
