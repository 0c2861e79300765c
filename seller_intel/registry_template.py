"""A first registry for a seller's own shops, with what each line means."""

from __future__ import annotations

from pathlib import Path

TEMPLATE = """\
# What exists: your shops and where their data comes from. docs/operate.md explains.
reporting_currency: CNY

shops:
  - shop_id: taobao:my_shop        # <platform>:<the shop's id or a name of your own>
    name: My shop
    platform: taobao
    time_zone: Asia/Shanghai
    currency: CNY
    is_own: true
    owner_id: me
    mode: platform

sources:
  - name: my_shop_exports          # becomes the DAG land_my_shop_exports
    platform: files
    shop: taobao:my_shop
    schedule: "0 2 * * *"          # cron, UTC
    sla_hours: 36                  # older than this and data_status says stale
    folder: inbox/my_shop_exports  # below SELLER_INTEL_HOME; drop exports here
    files:
      - {pattern: "**/*.csv", contract: taobao_orders}
"""


def write_if_missing(path: Path) -> bool:
    """Write the template where no registry stands yet; return whether it did."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEMPLATE, encoding="utf-8")
    return True
