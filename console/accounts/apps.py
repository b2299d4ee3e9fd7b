from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "console.accounts"

    def ready(self) -> None:
        from console.accounts import checks, receivers, second_factor
        from engage.models import sealed

        assert checks
        receivers.connect()
        sealed.OTHERS.append(second_factor.reseal_secrets)
