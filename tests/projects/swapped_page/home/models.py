from base.models import BasePage


class HomePage(BasePage):
    pass
