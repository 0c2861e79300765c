"""The personal fields of Amazon's orders, under the names of both versions.

Facts: the models orders_2026-01-01 and ordersV0 of GitHub
amzn/selling-partner-api-models.
"""

from __future__ import annotations

from seller_intel.ingestors.personal_fields import DROP

_ADDRESS = "recipient.deliveryAddress"
_ITEM = {
    "product.customization": DROP,
    "product.serialNumbers": DROP,
    "fulfillment.packing": DROP,
    "BuyerInfo": DROP,
    "BuyerRequestedCancel": DROP,
}
PERSONAL = {
    "orders": {
        "buyer.buyerEmail": "buyer",
        "buyer.buyerName": DROP,
        "buyer.buyerCompanyName": DROP,
        "buyer.buyerPurchaseOrderNumber": DROP,
        "recipient.deliveryPreference": DROP,
        **{
            f"{_ADDRESS}.{name}": DROP
            for name in (
                *("name", "companyName", "phone", "postalCode", "municipality"),
                *("addressLine1", "addressLine2", "addressLine3", "districtOrCounty"),
            )
        },
        "packages": DROP,
        "BuyerInfo.BuyerEmail": "buyer",
        "BuyerInfo.BuyerName": DROP,
        "BuyerInfo.BuyerCounty": DROP,
        "BuyerInfo.BuyerTaxInfo": DROP,
        "BuyerInfo.PurchaseOrderNumber": DROP,
        **{
            f"ShippingAddress.{name}": DROP
            for name in (
                *("Name", "CompanyName", "Phone", "PostalCode", "ExtendedFields"),
                *("AddressLine1", "AddressLine2", "AddressLine3", "Municipality"),
                *("County", "District"),
            )
        },
        "BuyerTaxInformation": DROP,
        "DefaultShipFromLocationAddress": DROP,
        **{f"orderItems[].{name}": kind for name, kind in _ITEM.items()},
        **{f"OrderItems[].{name}": kind for name, kind in _ITEM.items()},
    },
    "order_lines": _ITEM,
    "refunds": {},
}
