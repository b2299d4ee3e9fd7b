from django.urls import path

from engage.webhooks.views import receive, receive_load

app_name = "webhooks"
urlpatterns = [
    path("<str:token>/", receive, name="receive"),
    path("<str:token>/loads/<int:load_id>/", receive_load, name="receive-load"),
]
