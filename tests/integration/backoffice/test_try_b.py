import pytest
from tests.factories.orders import *
from tests.factories.accounts import *
from django.urls import reverse
pytestmark = pytest.mark.django_db
from django.conf import settings
settings.UNFOLD["TABS"]=[]
def test_pages(client):
    u = a_staff_user(is_superuser=True)
    client.force_login(u)
    o = a_submitted_order(items=2)
    r = client.get(reverse("bss:orders_order_changelist")); assert r.status_code == 200
    open("/tmp/list.html","w").write(r.content.decode())
    r = client.get(reverse("bss:orders_order_change", args=[o.pk])); assert r.status_code == 200
    open("/tmp/order.html","w").write(r.content.decode())
    r = client.get(reverse("bss:orders_order_add")); assert r.status_code == 200
    r = client.get(reverse("bss:orders_order_execute", args=[o.pk])); assert r.status_code == 200
    r = client.get(reverse("bss:orders_order_deliver", args=[o.pk]), headers={"HX-Request":"true"}); assert r.status_code == 200
    open("/tmp/dialog.html","w").write(r.content.decode())
