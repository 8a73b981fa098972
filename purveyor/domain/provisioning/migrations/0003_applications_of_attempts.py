"""Write on each attempt whose vendor it asked; give every application its breaker."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    attempts = apps.get_model("provisioning", "Attempt").objects
    assets = apps.get_model("assets", "Asset").objects
    links = apps.get_model("provisioning", "AccountLink").objects
    for name, records in (("asset", assets), ("link", links)):
        mine = records.filter(pk=OuterRef(f"{name}_id")).values("application_id")
        about = attempts.filter(**{f"{name}__isnull": False}, application__isnull=True)
        about.update(application_id=Subquery(mine[:1]))
    breakers = apps.get_model("provisioning", "Breaker").objects
    setups = apps.get_model("provisioning", "ServiceManagerSetup").objects
    for application in setups.values_list("application_id", flat=True):
        breakers.get_or_create(application_id=application)


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0002_traffic_and_decisions")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
