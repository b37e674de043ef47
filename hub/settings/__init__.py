"""What can be set: `model` the settings themselves, `load` puts them together from flags, environment and file.

limits              how much a GraphQL request may ask for
types, file         how a value is read, and the file with its places
fit, named_files    whether settings fit each other, and the files that they name
"""

from hub.settings.limits import LimitSettings
from hub.settings.model import LogFormat, LogLevel, Role, Settings, SystemSettings

__all__ = ["LimitSettings", "LogFormat", "LogLevel", "Role", "Settings", "SystemSettings"]
