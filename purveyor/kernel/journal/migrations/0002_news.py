from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='entry',
            name='news_due_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('news_due_at__isnull', False)), fields=['news_due_at', 'id'], name='journal_news_due'),
        ),
    ]
