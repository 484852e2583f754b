"""The exception that says: this evidence cannot be had."""


class EvidenceError(Exception):
    """The evidence cannot be made: missing, unreadable, changed. The control is ERROR.

    :param message: what is wrong, naming the file or column.
    :param fix: what the reader can do about it.
    :param code: ``DC201`` missing or unreadable; ``DC202`` the bytes are not those that the
        release declares; ``DC203`` the content is not what the roles need; ``DC019`` a name that
        the data set has not, which is a mistake of the plan.
    """

    def __init__(self, message: str, fix: str = "", code: str = "DC201") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.code = code

    def __str__(self) -> str:
        return f"{self.message}; {self.fix}" if self.fix else self.message
