"""Sphinx's settings of the book; `python -m tools.book` prepares its pages and runs it."""

import re
from pathlib import Path

from docutils.nodes import SkipNode
from sphinx.search import SearchLanguage

from nst_helpers.languages import N_, _
from nst_helpers.languages import language as spoken

language = spoken()
PAGES = Path(__file__).parents[2] / "build" / "book-source"
project = _("What is the style of a picture?")
author = "the makers of the series"
html_title = project

# The moving figures' pictures lie in the English part, for all.
exclude_patterns = [] if language == "en" else ["moving/**"]
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_static_path = ["_static", str(PAGES / "static")]
html_extra_path = [str(PAGES / "extra" / language)]
templates_path = ["templates"]
SIDEBAR = "brand", "search", "scroll-start", "navigation", "scroll-end"
html_sidebars = {"**": [f"sidebar/{part}.html" for part in SIDEBAR]}
html_sidebars["**"].insert(1, "other.html")
html_css_files = ["katex/katex.min.css", "book.css"]
html_js_files = [("book.js", {"defer": "defer"})]
html_use_index = html_domain_indices = html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
# Pages that lie in a folder may not read each other, which a summary of what was found needs.
html_show_search_summary = False
LATIN = '-apple-system, BlinkMacSystemFont, "Segoe UI", Helvetica, Arial, sans-serif'
JAPANESE = '"Hiragino Sans", "Yu Gothic", "Noto Sans CJK JP", "book-japanese"'
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1c4f8a",
        "color-brand-content": "#1c4f8a",
        "font-stack": f"{LATIN}, {JAPANESE}",
        "font-stack--headings": f"{LATIN}, {JAPANESE}",
        "font-stack--monospace": f'"SFMono-Regular", Menlo, Consolas, monospace, {JAPANESE}',
    },
    "dark_css_variables": {"color-brand-primary": "#9cc4f2", "color-brand-content": "#9cc4f2"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# What is committed is shown; no cell is run.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show, nb_code_prompt_hide = _("The code of this figure"), _("Hide the code")
nb_render_text_lexer = "none"
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4

autodoc_typehints = "none"
autodoc_member_order = "bysource"
add_module_names = False
napoleon_google_docstring = False
napoleon_use_param = napoleon_use_rtype = False
napoleon_use_ivar = True


# Formulas are set when all pages are written (formulas.cjs), so a page needs no script for them.
html_math_renderer = "set_later"


def _formula(tag):
    def visit(self, node):
        self.body.append(f'<{tag} class="formula">{self.encode(node.astext())}</{tag}>')
        raise SkipNode

    return visit, None


def _says_nothing(app, kind, name, item, skip, options):
    return True if (item.__doc__ or "").startswith("Alias for field number") else None


# For screen readers: of which level the headings of the list of pages are, and that a fold is
# called what is written on it.
MENDED = {
    'role="heading">': 'role="heading" aria-level="2">',
    '<summary aria-label="Toggle hidden content">': "<summary>",
}


# What the theme says, and Sphinx has no translation of.
THEME = {N_("Back to top"), N_("On this page"), N_("Skip to content")}


def _translate_theme(app):
    pages = app.builder.templates.environment
    sphinx, of_number = pages.globals["gettext"], pages.globals["ngettext"]

    def said(text):
        return _(text.strip()) if text.strip() in THEME else sphinx(text)

    pages.install_gettext_callables(said, of_number)


class Japanese(SearchLanguage):
    """Words as runs of one script: what is indexed and what is asked are cut alike."""

    lang, language_name = "ja", "Japanese"
    _word_re = re.compile("[a-z0-9_]+|[α-ω]+|[ァ-ヺー]+|[一-鿿々]+", re.I)
    js_splitter_code = f"""
var splitQuery = (query) => query.match(/{_word_re.pattern}/gi) || [];
"""


def _lead_to_other(app, name, template, context, page):
    """Tell a page where it is in the other language, if it is."""
    other = "ja" if language == "en" else "en"
    found = name == "search" or [*(PAGES / other).glob(f"{name}.*")]
    up = "../" * (name.count("/") + (language != "en"))
    address = f"{up}{'' if other == 'en' else other + '/'}{name}.html"
    context["other"] = {"language": other, "address": address} if found else None


def _mended(app, name, template, context, page):
    for part in {"body", "furo_navigation_tree"} & set(context):
        for made, meant in MENDED.items():
            context[part] = context[part].replace(made, meant)


def setup(app):
    """Leave formulas as they are, in elements that formulas.cjs finds."""
    app.add_html_math_renderer("set_later", _formula("span"), _formula("div"))
    app.add_search_language(Japanese)
    app.connect("builder-inited", _translate_theme)
    app.connect("autodoc-skip-member", _says_nothing)
    app.connect("html-page-context", _lead_to_other)
    app.connect("html-page-context", _mended, priority=900)  # after the theme
