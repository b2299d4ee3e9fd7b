from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "console.inbox"

    def ready(self) -> None:
        from console.accounts.actions import LETTING_GO
        from console.inbox.actions import let_go

        LETTING_GO.append(let_go)
