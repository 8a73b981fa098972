from django.db import migrations, models

EVENTS = ['COUPON_DELIVERED', 'ASSET_EXPIRING', 'ASSET_SYNCHRONIZED', 'ASSET_FAILED', 'ORDER_SUBMITTED', 'ORDER_WAITING', 'ORDER_EXECUTED', 'ORDER_CANCELLED', 'ACCOUNT_SYNCHRONIZED', 'ACCOUNT_FAILED', 'INVOICE_ISSUED', 'FINDINGS_NEW']


class Migration(migrations.Migration):
    """Drop what was moved, and hold what must be."""

    dependencies = [
        ('notifications', '0005_texts_have_a_language'),
    ]

    operations = [
        migrations.AlterModelOptions(name='notification', options={'permissions': (('test_notification', 'Can send test mails'),), 'verbose_name': 'notification', 'verbose_name_plural': 'Notifications'}),
        migrations.RemoveField(model_name='notification', name='subject'),
        migrations.RemoveField(model_name='notification', name='text'),
        migrations.RemoveField(model_name='notification', name='html'),
        migrations.RemoveField(model_name='notification', name='copy_to'),
        migrations.RemoveField(model_name='message', name='copied_to'),
        migrations.AddConstraint(model_name='notification', constraint=models.CheckConstraint(condition=models.Q(('event__in', EVENTS)), name='notification_event_is_known')),
        migrations.AddConstraint(model_name='notification', constraint=models.CheckConstraint(condition=models.Q(('total_above__isnull', True), models.Q(('total_currency', ''), _negated=True), _connector='OR'), name='notification_total_has_a_currency')),
        migrations.AddIndex(model_name='notification', index=models.Index(fields=['event', 'id'], name='notification_of_event')),
        migrations.AddConstraint(model_name='message', constraint=models.UniqueConstraint(condition=models.Q(('coupon_hash', ''), _negated=True), fields=('notification', 'asset', 'coupon_hash', 'occasion'), name='message_once_per_coupon_and_occasion')),
        migrations.AddConstraint(model_name='message', constraint=models.UniqueConstraint(condition=models.Q(('coupon_hash', '')), fields=('notification', 'about_type', 'about_id', 'occasion', 'recipient'), name='message_once_per_record_and_occasion')),
        migrations.AddConstraint(model_name='message', constraint=models.CheckConstraint(condition=models.Q(('coupon_hash', ''), ('asset__isnull', False), _connector='OR'), name='message_with_a_coupon_is_about_its_asset')),
        migrations.AddIndex(model_name='message', index=models.Index(fields=['about_type', 'about_id', '-id'], name='message_about')),
        migrations.AddIndex(model_name='message', index=models.Index(fields=['notification', '-created_at'], name='message_of_notification')),
    ]
