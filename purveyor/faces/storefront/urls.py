"""The addresses of the Storefront."""

from django.urls import path

from purveyor.faces.storefront.billing import assets, dashboard, invoices, orders
from purveyor.faces.storefront.customers import (
    adding,
    approvals,
    contacts,
    listing,
    pages,
)
from purveyor.faces.storefront.frame import looks
from purveyor.faces.storefront.people import (
    looking,
    passkeys,
    passwords,
    profile,
    registering,
    second_step,
    security,
    sign_in,
    team,
    welcome,
)
from purveyor.faces.storefront.shop import basket, catalogue, checkout

app_name = "storefront"

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("categories/<slug:slug>/", catalogue.shelf, name="shelf"),
    path("products/<str:code>/", catalogue.product, name="product"),
    path("basket/", basket.basket, name="basket"),
    path("basket/add/", basket.add, name="add"),
    path("basket/change/", basket.change, name="change"),
    path("customers/", listing.customer_list, name="customers"),
    path("customers/export/", listing.customer_export, name="customers_export"),
    path("customers/new/", adding.new_customer, name="new_customer"),
    path("customers/approvals/", approvals.approvals, name="approvals"),
    path(
        "customers/approvals/<int:approval>/approve/", approvals.approve, name="approve"
    ),
    path("customers/approvals/<int:approval>/reject/", approvals.reject, name="reject"),
    path("customers/<str:customer>/", pages.customer, name="customer"),
    path("customers/<str:customer>/edit/", pages.edit, name="edit_customer"),
    path("customers/<str:customer>/approval/", approvals.ask_first, name="ask_first"),
    path(
        "customers/<str:customer>/contacts/new/",
        contacts.new_contact,
        name="new_contact",
    ),
    path(
        "customers/<str:customer>/contacts/<int:contact>/",
        contacts.edit_contact,
        name="edit_contact",
    ),
    path(
        "customers/<str:customer>/contacts/<int:contact>/remove/",
        contacts.remove_contact,
        name="remove_contact",
    ),
    path("checkout/<uuid:key>/", checkout.details, name="details"),
    path("checkout/<uuid:key>/review/", checkout.review, name="review"),
    path("checkout/<uuid:key>/place/", checkout.place, name="place"),
    path("billing/", dashboard.dashboard, name="billing"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/export/", orders.order_export, name="orders_export"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("orders/<str:number>/cancel/", orders.cancel, name="cancel_order"),
    path("orders/<str:number>/po-code/", orders.po_code, name="po_code"),
    path("orders/<str:number>/cancel-rest/", orders.cancel_rest, name="cancel_rest"),
    path("invoices/", invoices.invoice_list, name="invoices"),
    path("invoices/export/", invoices.invoice_export, name="invoices_export"),
    path("invoices/<str:invoice>/", invoices.invoice, name="invoice"),
    path("invoices/<str:invoice>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("assets/", assets.asset_list, name="assets"),
    path("assets/export/", assets.asset_export, name="assets_export"),
    path("assets/<str:asset>/", assets.asset, name="asset"),
    path("assets/<str:asset>/reveal/", assets.reveal, name="reveal"),
    path("assets/<str:asset>/rename/", assets.rename, name="rename"),
    path("assets/<str:asset>/send/", assets.send_again, name="send_again"),
    path("account/sign-in/", sign_in.sign_in, name="sign_in"),
    path("account/sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/switch/", sign_in.switch, name="switch"),
    path("account/code/", second_step.second_step, name="second_step"),
    path("account/passkey/", passkeys.sign_in_by_passkey, name="sign_in_by_passkey"),
    path("account/forgotten/", welcome.forgotten, name="forgotten"),
    path("account/welcome/", welcome.welcome, name="welcome"),
    path("account/welcome/<str:token>/", welcome.open_link, name="open_link"),
    path("account/register/", registering.register, name="register"),
    path(
        "account/register/confirm/",
        registering.confirm_registration,
        name="confirm_registration",
    ),
    path(
        "account/register/<str:token>/",
        registering.open_registration,
        name="open_registration",
    ),
    path("account/again/", second_step.again, name="again"),
    path("account/again/code/", second_step.again_by_code, name="again_by_code"),
    path("account/", profile.profile, name="profile"),
    path("account/security/", security.security, name="security"),
    path(
        "account/security/password/", passwords.change_password, name="change_password"
    ),
    path(
        "account/security/sessions/<int:session>/end/",
        security.end_there,
        name="end_there",
    ),
    path("account/security/app/", second_step.set_up, name="set_up"),
    path("account/security/app/off/", second_step.take_down, name="take_down"),
    path("account/security/codes/", second_step.recovery_codes, name="recovery_codes"),
    path("account/security/codes/new/", second_step.new_codes, name="new_codes"),
    path("account/security/codes/file/", second_step.codes_file, name="codes_file"),
    path("account/security/passkeys/new/", passkeys.add_passkey, name="add_passkey"),
    path(
        "account/security/passkeys/<int:pk>/remove/",
        passkeys.remove_passkey,
        name="remove_passkey",
    ),
    path("account/people/", team.people, name="people"),
    path("account/people/<int:person>/", team.person, name="person"),
    path("account/people/<int:person>/role/", team.set_role, name="set_role"),
    path("account/people/<int:person>/invite/", team.invite_again, name="invite_again"),
    path("account/people/<int:person>/remove/", team.remove, name="remove"),
    path("account/leave/", looking.leave, name="leave"),
    path("terms/", looks.terms, name="terms"),
    path("look/", looks.look, name="look"),
    path("look/<str:version>.css", looks.colors, name="colors"),
    path("look/<str:version>/logo", looks.logo, name="logo"),
]
