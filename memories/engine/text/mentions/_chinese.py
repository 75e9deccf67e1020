"""Names of Chinese text, told by suffix and script; of others without spaces, by script."""

import re
from collections.abc import Iterator
from typing import Final

from memories.engine.domain import EntityType, Mention

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤張劉陳楊黃趙吳"
)
_PATTERNS: Final = (
    (
        re.compile(
            rf"[{_SURNAMES}][一-龯]{{0,2}}?(?:先生|女士|小姐|老师|老師|医生|醫生|教授|经理|阿姨|叔叔)"
        ),
        EntityType.PERSON,
    ),
    (re.compile(rf"[小老阿][{_SURNAMES}](?![一-龯]*子)"), EntityType.PERSON),
    (
        re.compile(
            r"(?:北京|上海|广州|深圳|天津|重庆|杭州|南京|武汉|成都|西安|苏州|香港|台北|澳门|中国|美国|日本|英国|法国|德国)(?:市|大学|机场)?"
        ),
        EntityType.PLACE,
    ),
    (re.compile(r"[A-Za-z][A-Za-z0-9.+-]*[A-Za-z0-9](?:\s[A-Z][A-Za-z0-9]+)*"), EntityType.NAME),
)
_SCORE: Final = 0.8


def find_chinese(text: str) -> Iterator[Mention]:
    """Yields the names of a Chinese text, not in order."""
    for pattern, kind in _PATTERNS:
        for match in pattern.finditer(text):
            yield Mention(match[0], match.start(), match.end(), kind, _SCORE)
