"""The errors that quoteminer raises: few, each says what was found, what is needed and what to type."""


class QuoteminerError(Exception):
    """Base of every error that the library raises on purpose."""


class ArgumentError(QuoteminerError, TypeError):
    """An argument of the wrong type, such as bytes where text is needed."""


class PipelineError(QuoteminerError, ValueError):
    """A spaCy pipeline that lacks what attribution needs: a parser, an entity recogniser, or the package itself."""


class ModelError(QuoteminerError, OSError):
    """Model files that are missing, cut short, or of another version than this code reads."""


class FormatError(QuoteminerError, ValueError):
    """Serialised data (JSON, Arrow) that is not what this version of the library writes."""


class MissingExtraError(QuoteminerError, ImportError):
    """An optional dependency that is not installed; the message gives the command that installs it."""
