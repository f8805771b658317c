"""What goes wrong with backups."""

from deploy.local.errors import StackError


class BackupError(StackError):
    """A backup cannot be taken, or is not to be restored. Told to the operator as it is."""


class Refused(BackupError):
    """The file is not the backup that it says it is: damaged, altered, or for another key."""
