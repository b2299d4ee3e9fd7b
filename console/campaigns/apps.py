from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "console.campaigns"

    def ready(self) -> None:
        from console.campaigns import follow
        from engage.mirror.campaigns import campaign_described

        campaign_described.connect(follow.settle_described, dispatch_uid="follow")
