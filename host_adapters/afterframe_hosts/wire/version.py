"""The one place where the version stands: host and service must carry the same."""

VERSION = "0.1.0"
