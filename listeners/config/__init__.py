"""The configuration of hubbub: ``hubbub.toml`` as typed, checked, immutable values.

The file is read by the standard library's TOML reader; what it holds is checked here, and every
error names the file, the line and the mend. Unknown keys are refused with the nearest known one,
since a silently ignored key is a promise not kept.
"""

from listeners.config.files import (
    default_config_path,
    default_store_path,
    load_config,
    parse_config,
    write_first_config,
)
from listeners.config.types import (
    Audience,
    BrandConfig,
    Config,
    ConfigError,
    SourceConfig,
    Targets,
)

__all__ = [
    "Audience",
    "BrandConfig",
    "Config",
    "ConfigError",
    "SourceConfig",
    "Targets",
    "default_config_path",
    "default_store_path",
    "load_config",
    "parse_config",
    "write_first_config",
]
