"""`consentinel verify`: scan a site in every consent state through its banner's API, and name what leaks."""
