"""Dates in scripts where year, month and day carry their own signs: Chinese and Korean.

In      text whose digits are ASCII
Out     (start, end, value, precision) rows; overlaps are for the caller to settle
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipelines.analysis import times_calendars as calendars

Row = tuple[int, int, str, str]

_HAN = dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DAY = rf"(?P<d>{_N})\s?(?:日|号|號)(?!内|內|间|間|游|元|本|报|報|线|線|院|楼|樓|公路|令)"
_RELATIVE_YEAR = {"去": -1, "今": 0, "本": 0, "明": 1, "前": -2}
_ZH = re.compile(
    rf"(?:(?<![\d.,])(?P<y>(?:19|20)\d\d|[一二][〇零九]?[〇零一二三四五六七八九]{{2,3}})\s?年|(?P<ry>[去今明前])年|(?<![\d.一二三四五六七八九十]))"
    rf"\s?(?P<m>{_N})\s?月(?!球|亮|薪|底线)(?:\s?{_DAY}(?:\s?[-–—~至到]\s?(?:(?P<m2>{_N})\s?月)?\s?(?P<d2>{_N})\s?(?:日|号|號))?)?"
)
_ZH_YEAR = re.compile(
    r"(?<![\d.,])(?P<y>(?:19|20)\d\d|[一二][〇零九][〇零一二三四五六七八九]{2})\s?年(?!代|\s?\d{1,2}\s?月|来|間|间)"
)
_ZH_DAY = re.compile(
    r"(?<![\d.,:：/月年第百千萬万十一二三四五六七八九])(?<!月\s)(?P<rm>本月|上月|上个月|上個月|当月)?(?P<d>3[01]|[12]\d|[1-9])\s?日"
    r"(?!\s?(?:[内內间間游元本线線后後前]|[报報](?![道导導]))|之内|以来|以內|行程|\s?左右)"
)
_ZH_WEEKDAY = re.compile(
    r"(?P<which>上|本|这|這|下)?(?:个|個)?(?:周|週|星期|礼拜|禮拜)(?P<w>[一二三四五六日天])(?!三|四|五)"
)
_KO = re.compile(
    r"(?:(?<![\d.,])(?P<y>(?:19|20)\d\d)년\s?|(?P<ry>지난해|작년|올해|내년)\s?)?"
    r"(?<!\d)(?P<m>1[0-2]|0?[1-9])월(?!\s?급)(?:\s?(?P<d>3[01]|[12]\d|0?[1-9])(?:일|(?=\s?[-–—~∼]\s?\d{1,2}일))"
    r"(?!간|\s?동안|째)(?:\s?(?:[-–—~∼]|부터|에서)\s?(?:(?P<m2>1[0-2]|[1-9])월\s?)?(?P<d2>3[01]|[12]\d|[1-9])일(?:까지)?)?)?"
)
_KO_YEAR = re.compile(r"(?<![\d.,])(?P<y>(?:19|20)\d\d)년(?!\s?\d{1,2}월|대|간)")
_KO_DAY = re.compile(
    r"(?<![\d.,:/월년])(?<!월\s)(?<!제)(?P<rm>지난달|이달|지난)?\s?(?P<d>3[01]|[12]\d|[1-9])일"
    r"(?!간|\s?동안|\s?만에|\s?만|째|\s?전|\s?후|\s?이내|\s?내|정|단|치|곱|당)"
)
_KO_WEEKDAY = re.compile(r"(?P<which>지난\s?주|이번\s?주|다음\s?주|지난)?\s?(?P<w>[월화수목금토일])요일")
_ZH_AGO = re.compile(
    r"(?<![\d.,第])(?P<n>\d{1,3}|[一二两兩三四五六七八九十]{1,3})\s?(?:(?P<day>天|日)|(?:个|個)?(?P<week>周|週|星期)"
    r"|(?:个|個)(?P<month>月)|(?P<year>年))(?:之|以)?前(?!线|線|夕|景|后|後)"
)
_KO_AGO = re.compile(
    r"(?<![\d.,])(?P<n>\d{1,3}|하루|이틀|사흘|나흘|닷새|엿새|열흘|일|한|두|세|네)"
    r"\s?(?:(?P<week>주일?)|(?P<month>개월|달)|(?P<year>년)|(?P<day>일)?)\s?전(?![가-힣]|\s?(?:대통령|총리))"
)
_KO_COUNTS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "열흘": 10, "일": 1, "한": 1, "두": 2}
_KO_COUNTS |= {"세": 3, "네": 4}
_KO_DAYS = frozenset({"하루", "이틀", "사흘", "나흘", "닷새", "엿새", "열흘"})
_KO_YEARS = {"지난해": -1, "작년": -1, "올해": 0, "내년": 1}


def find(text: str, language: str, anchor: date | None) -> Iterator[Row]:
    """Yield the dates of a Chinese or Korean text."""
    zh = language.startswith("zh")
    for found in (_ZH if zh else _KO).finditer(text):
        yield from _full(found, anchor, zh)
    for found in (_ZH_YEAR if zh else _KO_YEAR).finditer(text):
        if year := _number(found["y"], year=True):
            yield found.start(), found.end(), str(year), "year"
    for found in (_ZH_DAY if zh else _KO_DAY).finditer(text):
        back = (found["rm"] or "") in {"上月", "上个月", "上個月", "지난달"}
        around = anchor.replace(day=1) if anchor and back else anchor
        value = calendars.day_of_month(int(found["d"]), _month_end(around) if around and back else anchor)
        if value:
            yield found.start(), found.end(), value, "day"
    yield from _ago(text, anchor, zh)
    order = "一二三四五六日" if zh else "월화수목금토일"
    for found in (_ZH_WEEKDAY if zh else _KO_WEEKDAY).finditer(text):
        value = _weekday(order.index(found["w"].replace("天", "日")), found["which"] or "", anchor)
        if value:
            yield found.start(), found.end(), value, "weekday"


def _ago(text: str, anchor: date | None, zh: bool) -> Iterator[Row]:
    """三天前, 사흘 전: so many days, weeks, months or years before the anchor."""
    for found in (_ZH_AGO if zh else _KO_AGO).finditer(text):
        unit = next((unit for unit in ("day", "week", "month", "year") if found[unit]), None)
        if not zh and (unit is None) != (found["n"] in _KO_DAYS):
            continue  # a number without its unit, or "이틀주"
        count = _number(found["n"].replace("两", "二").replace("兩", "二")) if zh else _KO_COUNTS.get(found["n"])
        count = count or (int(found["n"]) if found["n"].isdigit() else None)
        value = calendars.shift(unit or "day", -count, anchor) if count else None
        if value:
            yield found.start(), found.end(), value, "relative"


def _month_end(first: date) -> date:
    """Return the last day of the month before `first`'s."""
    return date.fromordinal(first.toordinal() - 1)


def _weekday(index: int, which: str, anchor: date | None) -> str | None:
    """Return the day: "last week's Friday" by calendar week, a bare one as the last such day."""
    week = {"上": -1, "本": 0, "这": 0, "這": 0, "下": 1, "지난주": -1, "이번주": 0, "다음주": 1}.get(
        which.replace(" ", "")
    )
    if week is None or anchor is None:
        return calendars.weekday(index, anchor)
    return calendars.shift("day", 7 * week + index - anchor.weekday(), anchor)


def _full(found: re.Match[str], anchor: date | None, zh: bool) -> Iterator[Row]:
    year = _number(found["y"], year=True) if found["y"] else None
    if found["ry"]:
        offset = (_RELATIVE_YEAR if zh else _KO_YEARS)[found["ry"]]
        year = anchor.year + offset if anchor else None
    month = _number(found["m"])
    if not month or not 1 <= month <= 12:
        return
    if not found["d"]:
        # "4月" alone may be a length only with 个, which stands between and does not match.
        value = calendars.month_of(year, month, anchor)
        if value:
            yield found.start(), found.end(), value, "month"
        return
    value = calendars.day(year, month, _number(found["d"]) or 0, anchor)
    if value and found["d2"]:
        second = calendars.day(
            year, _number(found["m2"]) or month if found["m2"] else month, _number(found["d2"]) or 0, anchor
        )
        if second and second >= value:
            yield found.start(), found.end(), f"{value}/{second}", "range"
            return
    if value:
        yield found.start(), found.end(), value, "day"


def _number(text: str, *, year: bool = False) -> int | None:
    """Return a number in digits or Chinese signs: 十二 = 12, 二〇二五 = 2025."""
    if text.isdigit() and text.isascii():
        return int(text)
    if year:
        value = int("".join(str(_HAN[char]) for char in text)) if all(char in _HAN for char in text) else 0
        return value if 1900 <= value < 2100 else None
    tens, ten, ones = text.partition("十")
    if ten:
        return (_HAN.get(tens, 1) if tens else 1) * 10 + (_HAN.get(ones, 0) if ones else 0)
    return _HAN.get(text)
