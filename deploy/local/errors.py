"""What can go wrong with a stack, said so that one knows what to do next."""


class StackError(Exception):
    """The stack cannot do what was asked. The text says why, and what to do where that is known."""


class Interrupted(StackError):
    """Somebody pressed Ctrl-C, or another step has failed and this one need not go on."""
