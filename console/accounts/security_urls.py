"""Pages under the names that allauth looks for, which stand in no namespace."""

from django.urls import path

from console.accounts import security, single_sign_on, views

sso = {"provider_id": "sso"}

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/code/", security.sign_in_by_code, name="mfa_authenticate"),
    path("sign-in/passkey/", security.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("sign-in/sso/", single_sign_on.start, sso, name="openid_connect_login"),
    path("sign-in/sso/callback/", single_sign_on.callback, sso, name="openid_connect_callback"),
    path("sign-in/sso/cancelled/", single_sign_on.cancelled, name="socialaccount_login_cancelled"),
    path("security/", security.index, name="mfa_index"),
    path("security/", security.index, name="mfa_list_webauthn"),
    path("security/app/", security.app_add, name="mfa_activate_totp"),
    path("security/app/removal/", security.app_remove, name="mfa_deactivate_totp"),
    path("security/codes/", security.codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", security.codes_make, name="mfa_generate_recovery_codes"),
    path("security/passkeys/", security.passkey_add, name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/", security.passkey_rename, name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/removal/", security.passkey_remove, name="mfa_remove_webauthn"),
    path("security/confirmation/", security.confirm, name="account_reauthenticate"),
    path("security/confirmation/code/", security.confirm_by_code, name="mfa_reauthenticate"),
    path("security/confirmation/passkey/", security.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
]
