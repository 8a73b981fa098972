"""The addresses of the Storefront."""

from django.urls import path

from purveyor.faces.storefront.billing import assets, orders
from purveyor.faces.storefront.customers import adding
from purveyor.faces.storefront.frame import looks
from purveyor.faces.storefront.people import sign_in
from purveyor.faces.storefront.shop import basket, catalogue, checkout

app_name = "storefront"

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("categories/<slug:slug>/", catalogue.shelf, name="shelf"),
    path("products/<str:code>/", catalogue.product, name="product"),
    path("basket/", basket.basket, name="basket"),
    path("basket/add/", basket.add, name="add"),
    path("basket/change/", basket.change, name="change"),
    path("customers/new/", adding.new_customer, name="new_customer"),
    path("checkout/<uuid:key>/", checkout.details, name="details"),
    path("checkout/<uuid:key>/review/", checkout.review, name="review"),
    path("checkout/<uuid:key>/place/", checkout.place, name="place"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("assets/", assets.asset_list, name="assets"),
    path("assets/export/", assets.asset_export, name="assets_export"),
    path("assets/<str:asset>/", assets.asset, name="asset"),
    path("assets/<str:asset>/reveal/", assets.reveal, name="reveal"),
    path("assets/<str:asset>/rename/", assets.rename, name="rename"),
    path("assets/<str:asset>/send/", assets.send_again, name="send_again"),
    path("account/sign-in/", sign_in.sign_in, name="sign_in"),
    path("account/sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/switch/", sign_in.switch, name="switch"),
    path("terms/", looks.terms, name="terms"),
    path("look/", looks.look, name="look"),
    path("look/<str:version>.css", looks.colors, name="colors"),
    path("look/<str:version>/logo", looks.logo, name="logo"),
]
