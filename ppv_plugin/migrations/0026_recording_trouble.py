from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0021_kinds'),
    ]

    operations = [
        migrations.AddField(
            model_name='recording',
            name='trouble',
            field=models.CharField(blank=True, choices=[('space', 'The disk was full.'), ('folder', 'The folder could not be written to.'), ('closed', 'The site may not read the file.'), ('broken', 'The file is broken.'), ('missing', 'No file came.')], default='', max_length=8, verbose_name='trouble'),
        ),
        migrations.AlterField(
            model_name='recording',
            name='state',
            field=models.CharField(choices=[('running', 'Being recorded'), ('waiting', 'Being finished'), ('ready', 'Ready'), ('failed', 'Failed'), ('empty', 'Nothing was recorded'), ('deleted', 'Deleted')], default='running', max_length=8, verbose_name='state'),
        ),
    ]
