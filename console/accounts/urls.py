from django.urls import path

from console.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("password/", views.PasswordChange.as_view(), name="password"),
    path("password/changed/", views.password_changed, name="password-changed"),
    path("people/<int:person_id>.css", views.person_css, name="person-css"),
]
