"""Sphinx reads this: ``python -m sphinx -W docs/api build/api`` makes the reference of every public name."""

from __future__ import annotations

from sphinx.application import Sphinx

project = "Fairtrial"
author = "The Fairtrial authors"
html_theme = "furo"
html_title = "Fairtrial: reference"
html_copy_source = False
extensions = ["sphinx.ext.apidoc", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
apidoc_modules = [
    {"path": f"../../{package}", "destination": f"made/{package}", "separate_modules": True, "module_first": True}
    for package in ("models", "metrics", "benchmarks")
]
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True, "member-order": "bysource"}
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_use_ivar = True
suppress_warnings = ["ref.python"]  # of classes that a package hands on, either place will do


def whole_sentences(app: Sphinx, what: str, name: str, subject: object, options: object, lines: list[str]) -> None:
    """Napoleon takes what stands before a colon in the first line of an attribute for its type; here it is a sentence."""
    if what in ("attribute", "data", "property"):
        lines.insert(0, "")


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", whole_sentences, priority=100)  # before Napoleon
