import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

LANGUAGES = [('en', 'English'), ('de', 'Deutsch'), ('el', 'Ελληνικά'), ('es', 'Español'), ('fr', 'Français'), ('it', 'Italiano'), ('nl', 'Nederlands'), ('pl', 'Polski')]
EVENTS = [('COUPON_DELIVERED', 'Coupon delivered (the welcome mail)'), ('ASSET_EXPIRING', 'Asset: its coupon code expires soon'), ('ASSET_SYNCHRONIZED', 'Asset synchronized'), ('ASSET_FAILED', 'Asset failed'), ('ORDER_SUBMITTED', 'Order submitted'), ('ORDER_WAITING', 'Order waits for approval'), ('ORDER_EXECUTED', 'Order executed'), ('ORDER_CANCELLED', 'Order cancelled'), ('ACCOUNT_SYNCHRONIZED', 'Account synchronized'), ('ACCOUNT_FAILED', 'Account not synchronized: it failed'), ('INVOICE_ISSUED', 'Invoice issued'), ('FINDINGS_NEW', 'Reconciliation: new findings')]


class Migration(migrations.Migration):
    """Make room for rules; what is there is moved by the next migration."""

    dependencies = [
        ('accounts', '0003_language'),
        ('assets', '0003_by_expiry'),
        ('catalogue', '0001_first'),
        ('orders', '0001_first'),
        ('notifications', '0003_reminders'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='message', name='message_once_per_occasion'),
        migrations.RenameModel(old_name='Template', new_name='Notification'),
        migrations.RenameField(model_name='message', old_name='template', new_name='notification'),
        migrations.RenameField(model_name='message', old_name='copy_to', new_name='copied_to'),
        migrations.AddField(model_name='notification', name='event', field=models.CharField(choices=EVENTS, default='ASSET_EXPIRING', help_text='What must happen. It cannot be changed later.', max_length=40, verbose_name='event'), preserve_default=False),
        migrations.AddField(model_name='notification', name='audience', field=models.CharField(choices=[('INTERNAL', 'Internal'), ('CUSTOMER', 'Customer')], default='INTERNAL', help_text='Internal mails go to our own people only, and lead to the record. It cannot be changed later.', max_length=10, verbose_name='audience')),
        migrations.AddField(model_name='notification', name='sender', field=models.EmailField(blank=True, max_length=254, verbose_name='from')),
        migrations.AddField(model_name='notification', name='to', field=models.JSONField(blank=True, default=list, verbose_name='to')),
        migrations.AddField(model_name='notification', name='cc', field=models.JSONField(blank=True, default=list, verbose_name='copy to')),
        migrations.AddField(model_name='notification', name='bcc', field=models.JSONField(blank=True, default=list, verbose_name='hidden copy to')),
        migrations.AddField(model_name='notification', name='account_kind', field=models.CharField(blank=True, choices=[('DIRECT_CUSTOMER', 'Direct customer'), ('RESELLER', 'Reseller'), ('END_CUSTOMER', 'End customer')], max_length=20, verbose_name='account kind')),
        migrations.AddField(model_name='notification', name='account', field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account', verbose_name='account')),
        migrations.AddField(model_name='notification', name='application', field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.application', verbose_name='application')),
        migrations.AddField(model_name='notification', name='product', field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.product', verbose_name='product')),
        migrations.AddField(model_name='notification', name='total_above', field=models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='total above')),
        migrations.AddField(model_name='notification', name='total_currency', field=models.CharField(blank=True, max_length=3, verbose_name='currency of the total')),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=LANGUAGES, max_length=7, verbose_name='language')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('text', models.TextField(verbose_name='text')),
                ('html', models.TextField(verbose_name='HTML')),
                ('notification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='templates', to='notifications.notification', verbose_name='notification')),
            ],
            options={
                'verbose_name': 'text of a notification',
                'verbose_name_plural': 'Texts of notifications',
                'constraints': [models.UniqueConstraint(fields=('notification', 'language'), name='template_once_per_language')],
            },
        ),
        migrations.CreateModel(
            name='MailServer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host', models.CharField(blank=True, max_length=200, verbose_name='host')),
                ('port', models.PositiveIntegerField(default=587, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='port')),
                ('security', models.CharField(choices=[('STARTTLS', 'STARTTLS (port 587)'), ('TLS', 'TLS from the first byte (port 465)'), ('NONE', 'None: only for a server on this machine')], default='STARTTLS', max_length=10, verbose_name='encryption')),
                ('user', models.CharField(blank=True, max_length=200, verbose_name='user')),
                ('password_sealed', models.TextField(blank=True, editable=False)),
                ('sender', models.EmailField(blank=True, help_text='Empty: the e-mail of the organization profile.', max_length=254, verbose_name='from')),
            ],
            options={
                'verbose_name': 'mail server',
                'verbose_name_plural': 'Mail server',
                'default_permissions': ('view', 'change'),
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='mail_server_is_one')],
            },
        ),
        migrations.AlterField(model_name='message', name='asset', field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='assets.asset', verbose_name='asset')),
        migrations.AlterField(model_name='message', name='coupon_hash', field=models.CharField(blank=True, editable=False, max_length=64)),
        migrations.AlterField(model_name='message', name='occasion', field=models.CharField(help_text='“delivered”, “expires-14” for a reminder 14 days before, the line of the journal that is told of, or a number for each time it was sent again.', max_length=60, verbose_name='occasion')),
        migrations.AddField(model_name='message', name='about_type', field=models.CharField(default='assets.asset', max_length=60, verbose_name='record'), preserve_default=False),
        migrations.AddField(model_name='message', name='about_id', field=models.BigIntegerField(default=0, verbose_name='record id'), preserve_default=False),
        migrations.AddField(model_name='message', name='about_label', field=models.CharField(default='', max_length=200, verbose_name='about'), preserve_default=False),
        migrations.AddField(model_name='message', name='account', field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='accounts.account', verbose_name='account')),
        migrations.AddField(model_name='message', name='order', field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='orders.order', verbose_name='order')),
        migrations.AddField(model_name='message', name='copy_to', field=models.JSONField(default=list, verbose_name='copy to')),
        migrations.AddField(model_name='message', name='hidden_copy_to', field=models.JSONField(default=list, verbose_name='hidden copy to')),
        migrations.AddField(model_name='message', name='language', field=models.CharField(choices=LANGUAGES, default='en', max_length=7, verbose_name='language'), preserve_default=False),
    ]
