"""The Chinese province in an address: the one part of it that names no person."""

from __future__ import annotations

PROVINCES = [
    "北京",
    "天津",
    "上海",
    "重庆",
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "台湾",
    "内蒙古",
    "广西",
    "西藏",
    "宁夏",
    "新疆",
    "香港",
    "澳门",
]
_BY_START = {name[:2]: name for name in PROVINCES}


def province_of(address: str) -> str | None:
    """Return the short name of the province an address starts with."""
    start = address.strip().removeprefix("中国").lstrip(" ,，")
    name = _BY_START.get(start[:2])
    return name if name and start.startswith(name) else None
