"""Where the admin's pages about prices are."""

from __future__ import annotations

from typing import Any

from django.urls import path

from .mode_import import ModeImportView
from .price_preview import ModePreviewView, PricesPreviewView
from .price_profiles import PriceProfileView


def urls() -> list[Any]:
    return [
        path("ppv/prices/mode/", ModePreviewView.as_view(), name="ppv_preview_mode"),
        path("ppv/prices/<int:site_pk>/", PricesPreviewView.as_view(), name="ppv_preview_prices"),
        path("ppv/prices/<int:site_pk>/<slug:profile>/", PriceProfileView.as_view(), name="ppv_price_profile"),
        path("ppv/modes/import/", ModeImportView.as_view(), name="ppv_import_modes"),
    ]
