"""Shapes that several vendors share: functions, not base classes."""
