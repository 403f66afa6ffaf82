"""`python -m polybatch`: the command line without its entry point."""

from polybatch.cli import main

main(prog_name="polybatch")
