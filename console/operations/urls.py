from django.urls import path

from console.operations import views

app_name = "operations"
urlpatterns = [
    path("connection/", views.connection_show, name="connection"),
    path("connection/now/", views.connection_follow, name="connection-now"),
    path("connection/<int:workspace_id>/replays/", views.replay_make, name="replay-make"),
]
