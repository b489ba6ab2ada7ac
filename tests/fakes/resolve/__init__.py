"""A strict stand-in of DaVinci Resolve's scripting API: tests and scripts run against it."""
