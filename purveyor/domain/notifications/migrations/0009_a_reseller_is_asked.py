from django.db import migrations, models


NEW = ['ORDER_ASKS_RESELLER', 'ORDER_REJECTED']


def forget(apps, schema_editor):
    """Take away the rules that the version before does not know."""
    apps.get_model('notifications', 'Notification').objects.filter(event__in=NEW).delete()
    schema_editor.connection.check_constraints()  # now: the table is changed next


class Migration(migrations.Migration):
    """Know two more events: an order asks its reseller, and an order is rejected."""

    dependencies = [
        ('accounts', '0016_registrations'),
        ('catalogue', '0005_storefront'),
        ('notifications', '0008_rest_cancelled'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notification',
            name='notification_event_is_known',
        ),
        migrations.AlterField(
            model_name='notification',
            name='event',
            field=models.CharField(choices=[('COUPON_DELIVERED', 'Coupon delivered (the welcome mail)'), ('ASSET_EXPIRING', 'Asset: its coupon code expires soon'), ('ASSET_SYNCHRONIZED', 'Asset synchronized'), ('ASSET_FAILED', 'Asset failed'), ('ORDER_SUBMITTED', 'Order submitted'), ('ORDER_WAITING', 'Order waits for approval'), ('ORDER_ASKS_RESELLER', 'Order waits for its reseller'), ('ORDER_EXECUTED', 'Order executed'), ('ORDER_CANCELLED', 'Order cancelled'), ('ORDER_REST_CANCELLED', 'Rest of an order cancelled'), ('ORDER_REJECTED', 'Order rejected'), ('ACCOUNT_SYNCHRONIZED', 'Account synchronized'), ('ACCOUNT_FAILED', 'Account not synchronized: it failed'), ('INVOICE_ISSUED', 'Invoice issued'), ('FINDINGS_NEW', 'Reconciliation: new findings')], help_text='What must happen. It cannot be changed later.', max_length=40, verbose_name='event'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('event__in', ['COUPON_DELIVERED', 'ASSET_EXPIRING', 'ASSET_SYNCHRONIZED', 'ASSET_FAILED', 'ORDER_SUBMITTED', 'ORDER_WAITING', 'ORDER_ASKS_RESELLER', 'ORDER_EXECUTED', 'ORDER_CANCELLED', 'ORDER_REST_CANCELLED', 'ORDER_REJECTED', 'ACCOUNT_SYNCHRONIZED', 'ACCOUNT_FAILED', 'INVOICE_ISSUED', 'FINDINGS_NEW'])), name='notification_event_is_known'),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget),
    ]
