"""Who asked and who decided, in words: corrections keep `str(user.pk)`."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ppv_plugin.metering.refunds import POLICY


def staff_names(keys: Iterable[str]) -> dict[str, str]:
    """key -> name, in one query; a key that names nobody any more stands for itself."""
    wanted = {key for key in keys if key}
    model = get_user_model()
    ids = []
    for key in wanted:
        try:
            ids.append(model._meta.pk.to_python(key))
        except ValidationError:
            continue
    found = {str(user.pk): str(user.get_username()) for user in model._default_manager.filter(pk__in=ids)}
    return {"": "", **{key: key for key in wanted}, POLICY: _("the site's policy"), **found}
