"""Why a whole file cannot be read: one clear message for the person who sent it."""

from __future__ import annotations


class FileRefused(ValueError):
    """A file is not what its contract says, or not safe; nothing of it lands."""
