"""A bundled marketing site with realistic tags, served on loopback: what `consentinel demo` scans."""
