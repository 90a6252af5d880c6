"""Stands for the service's own: remembers what was asked of it."""

asked = []


def enable_custom_widget_manager():
    asked.append("widgets")
