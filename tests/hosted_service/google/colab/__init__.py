"""Stands for the module that a hosted notebook service has in every kernel."""
