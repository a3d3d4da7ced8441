"""Routes that belong to no page: mounted by the site with `path("ppv/", include("ppv_plugin.urls"))`."""

from __future__ import annotations

from django.urls import path

from ppv_plugin.pages import activation_views as activation
from ppv_plugin.pages import call_views as calls
from ppv_plugin.pages import chat_views as chat
from ppv_plugin.pages import found_views as found
from ppv_plugin.pages import histories, modules
from ppv_plugin.pages import invitation_views as invitations
from ppv_plugin.pages import limit_views as limits
from ppv_plugin.pages import rating_views as ratings
from ppv_plugin.pages import receipt_views as receipts
from ppv_plugin.pages import recording_views as recordings
from ppv_plugin.pages import statement_views as statements
from ppv_plugin.pages import views as pages
from ppv_plugin.rooms import views as rooms

app_name = "ppv"
urlpatterns = [
    path("activate/<str:token>/", activation.activate, name="activate"),
    path("calls/<uuid:call>/cancel/", calls.cancel, name="call_cancel"),
    path("calls/<str:token>/", calls.call, name="call"),
    path("chat/<uuid:room>/words/", chat.words, name="chat_words"),
    path("chat/bans/<int:sanction>/lift/", chat.lift, name="chat_lift"),
    path("history/<slug:side>.csv", histories.history_file, name="history_file"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("modules/<slug:version>/<slug:name>.js", modules.module, name="module"),
    path("rooms/<uuid:room>/found/", found.save, name="found"),
    path("snapshot/<uuid:room>.jpg", rooms.snapshot, name="snapshot"),
    path("recordings/", recordings.recordings_page, name="recordings"),
    path("recordings/<uuid:recording>.webm", recordings.recording_file, name="recording_file"),
    path("recordings/<uuid:recording>/delete/", recordings.delete_recording, name="recording_delete"),
    path("receipts/<uuid:session>/", receipts.receipt, name="receipt"),
    path("receipts/<uuid:session>.json", receipts.signed_file, name="receipt_file"),
    path("receipts/<uuid:session>/rating/", ratings.rate, name="rate"),
    path("receipt-keys.json", receipts.keys, name="receipt_keys"),
    path("verify/", receipts.verify, name="verify_receipt"),
    path("statements/<int:account>/", statements.statement_page, name="statement"),
    path("statements/<int:account>.csv", statements.statement_file, name="statement_file"),
    path("wallet/limits/", limits.limits_page, name="limits"),
    path("wallet/top-up/", pages.top_up, name="top_up"),
    path("wallet/running.json", pages.wallet_running, name="wallet_running"),
    path("wallet/state.json", pages.wallet_state, name="wallet_state"),
]
