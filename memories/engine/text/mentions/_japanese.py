"""Names and nouns of Japanese text, told by script, suffix and particle."""

import re
from collections.abc import Iterator
from typing import Final

from memories.engine.domain import EntityType, Mention

_HONORIFIC: Final = re.compile(
    r"(?:[一-龯々]{1,4}|[ァ-ヺー]{2,8}|[ぁ-ん]{2,4}|[A-Za-z]{2,})(?:さん|くん|君|ちゃん|様|先生|先輩|氏)(?![一-龯])"
)
_PLACE: Final = re.compile(
    r"[一-龯々ァ-ヺー]{1,8}(?:駅|市|県|区|町|村|島|山|川|湖|公園|通り|空港|温泉|神社|寺|城)(?![一-龯])"
)
_ORGANIZATION: Final = re.compile(
    r"[一-龯々ァ-ヺー]{1,10}(?:大学|高校|病院|会社|銀行|図書館|美術館|博物館|株式会社|書店|新聞)(?![一-龯])"
)
_RUN: Final = re.compile(r"[一-龯々ァ-ヺー]+")
_LATIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*[A-Za-z0-9](?:\s[A-Z][A-Za-z0-9]+)*")
_KATAKANA: Final = re.compile(r"[ァ-ヺー]{2,}")
# What follows a noun, and what makes a verb or an adjective of it.
_AFTER_NOUN: Final = re.compile(r"[をがはにでのともへや、。！？\s]|から|まで|より|って|です|だ|$")
_AFTER_VERBAL: Final = re.compile(r"な(?!ど|ら)|に(?:なり|なっ)")
_LIGHT: Final = re.compile(
    r"(?:昨日|今日|明日|明後日|一昨日|今朝|今晩|今夜|昨夜|毎日|毎朝|毎晩|毎週|毎月|毎年|来週|今週|先週|来月|今月|先月"
    r"|来年|今年|去年|昨年|最近|最後|最初|今度|今回|前回|次回|週末|午前|午後|時間|時々|本当|大丈夫|一緒|全部|全然"
    r"|全員|自分|今|前|後|次|何|誰|私|僕|俺|彼|彼女|君|人|方|事|物|時|所|気|一番|一人|二人|三人|以上|以下|以前|最高"
    r"|大変|残念|元気|無理|必要|便利|簡単|上手|下手|大好|有名|特別|普通|多分|結構|相当|絶対|問題|理由|場合|意味|感じ"
    r"|予定|月曜日?|火曜日?|水曜日?|木曜日?|金曜日?|土曜日?|日曜日?|半年|一年|数年|数日|将来|昔|夜|朝|昼|夕方|夏|冬|春|秋"
    r"|[一二三四五六七八九十百千数]+[年月日週時分秒回人個本枚匹歳番つ円杯度]間?|[年月日週時分秒回人個本枚匹歳番円杯度代]間?|先日|当日|一日|途中|久"
    r"|(?:何[ヶカ]?[年月日週時分秒回人個本枚匹歳番円杯度曜代]+間?)+|ところ|こと|もの)"
)
_NAME_SCORE: Final = 0.8
_NOUN_SCORE: Final = 0.6


def find_japanese(text: str) -> Iterator[Mention]:
    """Yields the mentions of a Japanese text, not in order, and some within others."""
    for pattern, kind in (
        (_HONORIFIC, EntityType.PERSON),
        (_PLACE, EntityType.PLACE),
        (_ORGANIZATION, EntityType.ORGANIZATION),
        (_LATIN, EntityType.NAME),
    ):
        for match in pattern.finditer(text):
            yield Mention(match[0], match.start(), match.end(), kind, _NAME_SCORE)
    for match in _RUN.finditer(text):
        if _is_noun(text, match):
            yield Mention(match[0], match.start(), match.end(), EntityType.TOPIC, _NOUN_SCORE)


def _is_noun(text: str, run: re.Match[str]) -> bool:
    if len(run[0]) == 1 or _LIGHT.fullmatch(run[0]):
        return False
    if run.start() and text[run.start() - 1].isdigit():
        return False
    if _KATAKANA.fullmatch(run[0]):
        return _AFTER_VERBAL.match(text, run.end()) is None
    followed = _AFTER_NOUN.match(text, run.end()) is not None
    return followed and _AFTER_VERBAL.match(text, run.end()) is None
