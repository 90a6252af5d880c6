"""The words of a figure in a book that Sphinx and myst-nb make: its picture's `alt`.

myst-nb takes a picture's width from the output's metadata, but not its words. It finds this module
by the entry point in ``pyproject.toml``, in the group ``myst_nb.mime_renderers``.
"""

from __future__ import annotations


def handle_mime(renderer, data, inline: bool) -> list | None:
    """Return a picture that carries its words; None leaves an output to myst-nb.

    Parameters
    ----------
    renderer : myst_nb.core.render.NbElementRenderer
        Makes the picture.
    data : myst_nb.core.render.MimeData
        One output in one of its forms, with its metadata.
    inline : bool
        Whether it stands within a line.

    Returns
    -------
    list of docutils nodes, or None
        The picture.
    """
    words = data.output_metadata.get(data.mime_type, {}).get("alt")
    if not data.mime_type.startswith("image/") or not words:
        return None
    (picture,) = renderer.render_image(data)
    picture["alt"] = words
    return [picture]
