from django.urls import path

from console.accounts import security, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/", views.PasswordChange.as_view(), name="password"),
    path("password/changed/", views.password_changed, name="password-changed"),
    path("security/sessions/end/", security.session_end_others, name="session-end-others"),
    path("people/<int:person_id>.css", views.person_css, name="person-css"),
]
