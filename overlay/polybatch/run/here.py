"""This process, and the folders that all runs of its user on this machine share."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def me() -> str:
    """This process, as it signs the locks it has."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def state_folder(name: str) -> Path:
    """A folder for what all runs share. Raises OSError where it cannot be made."""
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError as error:  # a user without a home
        raise OSError(f"{error} Name a folder in XDG_STATE_HOME.") from error
    folder = state / "polybatch" / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
