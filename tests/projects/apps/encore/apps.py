from django.apps import AppConfig


class EncoreConfig(AppConfig):
    name = "encore"
    verbose_name = "Encore"
