"""The catalogues of translations: collected from the source, merged, compiled and checked, without GNU gettext."""
