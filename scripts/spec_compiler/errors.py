"""The one exception of the compiler: something in specs/ (or the tools) has to change before code can be generated."""


class SpecError(Exception):
    """A sentence for the person at the keyboard; never a traceback."""
