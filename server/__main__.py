"""`python -m consentinel.server` is the command `consentinel`."""

from consentinel.server.cli import main

if __name__ == "__main__":
    main(prog_name="consentinel")
