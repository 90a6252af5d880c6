"""An editable installation too brings what JupyterLab finds in share/.

setuptools means to install data files then, but asks the distribution for `has_data`, which it does
not have. All else stands in pyproject.toml.
"""

from setuptools import Distribution, setup


class WithDataFiles(Distribution):
    """A distribution that answers to both names."""

    has_data = Distribution.has_data_files


setup(distclass=WithDataFiles)
