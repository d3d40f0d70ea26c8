"""Calls every function of the client that openapi-python-client has made, and compares its models with the JSON."""

import importlib
import io
import json
import pkgutil
import re
import sys
from datetime import datetime

import shop.api
from shop import AuthenticatedClient, models
from shop.types import UNSET, File

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
CUP = "espresso-cup"


def model(name, /, **members):
    """A body, of the JSON of its members."""
    return getattr(models, name).from_dict(members)


def calls():
    """Functions by their module, in an order in which all of them succeed."""
    picture = {"product": CUP, "body": File(payload=io.BytesIO(PICTURE))}
    stock = {"warehouse": "lodz", "product": CUP}
    price = {"product": CUP, "currency": "EUR"}
    line = {"product": f"products/{CUP}", "quantity": 2}
    reserved = {"product": f"products/{CUP}", "quantity": "1"}
    offer = {"product": f"products/{CUP}", "offer": {"currencyCode": "EUR", "units": "99"}}
    return {
        "catalog_service_list_products": {
            "page_size": 3,
            "tags": ["coffee"],
            "price_min_currency_code": "EUR",
            "price_min_units": "1",
            "rated": True,
            "categories": [models.Category.CATEGORY_KITCHEN],
        },
        "catalog_service_list_products_2": {"brand": "umibozu"},
        "catalog_service_get_product": {"product": CUP},
        "catalog_service_batch_get_products": {"names": [f"products/{CUP}", "products/moka-pot"]},
        "catalog_service_batch_get_products_2": {"body": model("BatchGetProductsRequest", names=[f"products/{CUP}"])},
        "catalog_service_lookup_product": {"ean": "4003000000021"},
        "catalog_service_lookup_product_2": {"ean": "4003000000021"},
        "catalog_service_lookup_product_3": {"item_number": "9007199254740993"},
        "catalog_service_create_product": {
            "product_id": "tea-tin",
            "body": model("Product", title="Tea tin", brand="brands/umibozu", labels={"season": "winter"}),
        },
        "catalog_service_update_product": {"product": "tea-tin", "body": model("ProductPatch", packSize=6)},
        "catalog_service_delete_product": {"product": "tea-tin"},
        "catalog_service_import_products": {"body": [model("Product", name="products/mug", title="Mug")]},
        "catalog_service_upload_product_image": picture,
        "catalog_service_upload_product_image_2": {**picture, "body": File(payload=io.BytesIO(PICTURE))},
        "catalog_service_download_product_image": {"product": CUP},
        "catalog_service_list_brands": {},
        "inventory_service_list_warehouses": {"page_size": 2},
        "inventory_service_get_warehouse": {"warehouse": "lodz"},
        "inventory_service_list_stock": {"warehouse": "-", "page_size": 2},
        "inventory_service_get_stock": stock,
        "inventory_service_update_stock": {**stock, "body": model("Stock", shelf="Z-9")},
        "inventory_service_adjust_stock": {
            "warehouse": "lodz",
            "stock": CUP,
            "body": model(
                "InventoryServiceAdjustStockAdjustStockRequest", delta="12", reason="ADJUSTMENT_REASON_DELIVERY"
            ),
        },
        "inventory_service_reserve_stock": {
            "warehouse": "lodz",
            "body": model("InventoryServiceReserveStockReserveStockRequest", **reserved),
        },
        "inventory_service_reserve_stock_2": {"body": model("ReserveStockRequest", **reserved)},
        "inventory_service_get_availability": {"product": CUP},
        "order_service_list_orders": {"page_size": 2},
        "order_service_list_orders_2": {"customer": "zofia"},
        "order_service_get_order": {"order": "1001"},
        "order_service_create_order": {"body": model("Order", customer="customers/zofia", lines=[line])},
        "order_service_update_order": {"order": "1001", "body": model("OrderPatch", note="ring twice")},
        "order_service_cancel_order": {
            "order": "1003",
            "body": model("OrderServiceCancelOrderCancelOrderRequest", reason="enough"),
        },
        "order_service_watch_orders": {"max_events": 2},
        "order_service_watch_orders_2": {"order": "1001", "max_events": 1},
        "order_service_export_orders": {},
        "pricing_service_list_prices": {"product": CUP},
        "pricing_service_get_price": price,
        "pricing_service_update_price": {**price, "body": model("Price", quoteTtl="60s")},
        "pricing_service_quote_basket": {
            "body": model("QuoteBasketRequest", lines=[line], currencyCode="EUR", percentOff=10.5)
        },
        "pricing_service_get_exchange_rates": {"base_currency": "EUR"},
        "pricing_service_watch_prices": {"max_ticks": 2, "interval": "0.01s"},
        "pricing_service_negotiate_price": {"body": [model("NegotiatePriceRequest", **offer)]},
    }


def modules():
    found = {}
    for package in pkgutil.iter_modules(shop.api.__path__):
        parent = importlib.import_module(f"shop.api.{package.name}")
        for module in pkgutil.iter_modules(parent.__path__):
            found[module.name] = importlib.import_module(f"shop.api.{package.name}.{module.name}")
    return found


def plain(value):
    """What a model says, as the JSON that it was made of."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def alike(value):
    """Times are the same however they are written."""
    if isinstance(value, dict):
        return {name: alike(one) for name, one in value.items()}
    if isinstance(value, list):
        return [alike(one) for one in value]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


def typed(request):
    """The generator knows no type of bytes; the shop wants one."""
    if request.headers.get("content-type") == "*/*":
        request.headers["content-type"] = "image/svg+xml"


def main(base_url):
    client = AuthenticatedClient(
        base_url=base_url,
        token="demo-clerk",
        prefix="",
        auth_header_name="x-api-key",
        httpx_args={"event_hooks": {"request": [typed]}},
    )
    functions = modules()
    wanted = calls()
    problems = [f"{name}: not called" for name in functions if name not in wanted]
    for name, arguments in wanted.items():
        module = functions[name]
        # Streams as an array, which is what the document has a type for; lines are the default.
        formats = [one for one_name, one in vars(module).items() if one_name.endswith("Alt")]
        if "watch" in name or "negotiate" in name:
            arguments = {**arguments, "alt": formats[0].JSON}
        response = module.sync_detailed(client=client, **arguments)
        if response.status_code != 200:
            problems.append(f"{name}: {response.status_code} {response.content[:300]!r}")
        elif isinstance(response.parsed, File):
            if response.parsed.payload.read() != response.content:
                problems.append(f"{name}: other bytes")
        elif response.parsed is None or alike(plain(response.parsed)) != alike(json.loads(response.content)):
            problems.append(f"{name}: {plain(response.parsed)!r} is not {response.content!r}")
    missing = functions["catalog_service_get_product"].sync_detailed(client=client, product="none")
    if not isinstance(missing.parsed, models.Error) or missing.parsed.code != 5:
        problems.append(f"an error: {missing.parsed!r}")
    product = functions["catalog_service_get_product"].sync(client=client, product=CUP)
    if product.list_price.units != "12" or product.rating != 4.6 or product.pack_size is not UNSET:
        problems.append(f"a product: {product!r}")
    print(json.dumps({"functions": len(functions), "problems": problems}))


main(sys.argv[1])
