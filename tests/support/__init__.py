"""Code that tests share: tiny sites, certificates, browsers."""
