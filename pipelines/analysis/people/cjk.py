"""Features and finders of Chinese and Korean names: sequence models over characters.

In      plain text
Out     features for training and reading; offsets are characters of the given text
Source  `data/hant.txt`: traditional and simplified characters, one to one, from OpenCC's table (Apache-2.0)
Limits  the dictionary of Chinese words loads with the first Chinese text (about 30 MB)
Raises  nothing
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from pipelines.analysis.people.columns import END, Column, Kind, Said, column
from pipelines.analysis.people.common import korean_commonness
from pipelines.analysis.people.features import STEPS, as_said
from pipelines.analysis.people.gazetteer import is_name

SURNAMES_ZH = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶瞿楚阙习屠连邬"
)
SURNAMES_KO = frozenset(
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용리림량로렴계팽피태봉복빈"
)
TRANSLITERATED = frozenset(
    "阿埃艾安奥巴班贝本比彼别宾波博布查达戴丹德登迪蒂丁杜多顿恩尔法范菲费芬夫弗福盖冈戈格古哈海汉赫胡霍基吉加贾杰金卡凯坎康考科克肯库夸拉莱兰朗劳勒雷里利连列林琳卢鲁伦罗洛吕马迈曼梅门蒙米明莫姆穆纳娜南内尼涅诺欧帕潘佩皮珀普奇恰乔切琼热日瑞萨塞森沙莎山舍申圣施史舒斯司索苏塔泰坦汤特提廷通图托瓦万旺威韦维温沃乌伍西希夏谢辛休雅亚扬耶叶伊因尤约泽扎詹哲珍朱茨佐瑙尚布涅钦娃妮莉丽柳夫"
)
_DIGITS = re.compile(r"\d")
_FOREIGN = re.compile(r"[A-Za-z0-9]+")


_SOUNDS = "".join(sorted(TRANSLITERATED)) + (
    "邦什歇契亨汗容捷柯娅黛珊露妲迭桑芒蓬朋彭昂敖齐瓜圭纽努让茹若祖赞锡欣吾文翁陶滕赛瑟绍邵库厄岑德狄东董冬多额恩费弗甘贡龚瑚怀惠霍季简金津靖军君凯康寇匡兰琅乐勒黎利立廖留龙卢禄"
    "烈亮蕾岚澜莲良凌隆墨奈嫩宁农匹朴青丘屈仁荣汝撒胜石寿松梯兴雄玄雪勋延永宇云藏卓茨楚察昌茶彻车慈邓丰佛富噶果豪洪华姬焦久喀坤昆宽阔"
    "律罗洛略茂梅盟孟弥米密缪默慕内恁农欧派庞佩珀奎拉郎朗劳森绥孙塔台坦唐腾田铁亭通佟凃顿托佤旺威武逊扬尧耀依义英永育裕云宰展兆哲真芝智忠仲宗左佐作沧沁璐玛丝琪琳莺萝薇"
)
"""Signs that foreign names are spelt with by sound: more than the models' set, which must stay as they learnt it."""
_DOTTED = re.compile(rf"[{_SOUNDS}]{{1,7}}(?:[·・‧•][{_SOUNDS}]{{1,8}})+")


def dotted(text: str) -> list[tuple[int, int]]:
    """Foreign names with a dot between their parts, `埃尔南·卡斯塔涅达`; words that reach over an end are outside."""
    if not any(dot in text for dot in "·・‧•"):
        return []
    plain, found = simplify(text), []
    for match in _DOTTED.finditer(plain):
        start, end = match.span()
        first, last = re.search("[·・‧•]", plain[start:end]), max(plain.rfind(d, start, end) for d in "·・‧•")
        assert first is not None
        start = _border(plain, start, start + first.start(), back=True)
        end = _border(plain, last + 1, end, back=False)
        if plain[end - 1] == "因" and re.match("[\u3400-\u9fff]", plain[end : end + 1]):
            end -= 1  # because
        found.append((start, end))
    return found


_PLACES = (
    "张家口|唐山|秦皇岛|石家庄|安阳|康定|温州|常州|常德|郑州|岳阳|黄山|黄石|和田|江门|金华|"
    "包头|马鞍山|万州|白城|白山|许昌|邢台|徐州|贺州|梅州|韶关|潘家园|宁波|邯郸|单县|费县|"
    "江阴|江宁|沈阳|鲁山|汤阴|吴江|吴忠|金门|金边|柳州|苏州|莫斯科|高雄|屏东|花莲|华沙|"
    "基辅|顿巴斯|马里乌波尔|卢甘斯克|哈尔科夫|苏梅|万象|仰光|达卡|金沙萨|罗马|柏林|马尼拉|"
    "平壤|安卡拉|古巴|乌克兰|俄乌|贺信|何时|何处"
)
PLACES_ZH = frozenset(_PLACES.split("|"))
"""Towns, and a few other words, whose first character is a surname."""


def _border(plain: str, start: int, end: int, *, back: bool) -> int:
    """Where the part of a name at `start:end` begins (`back`) or ends, by the dictionary's words around."""
    low, high = (max(0, start - 6), end) if back else (start, min(len(plain), end + 6))
    at = low
    for word, kind in _tagged(plain[low:high]):
        after, name = at + len(word), kind.startswith("nr")
        if back and at < start < after and (name or after < end):
            return at if name else after
        if not back and at < end < after and (name or start < at):
            return after if name else at
        at = after
    return start if back else end


@cache
def _hant() -> dict[int, str]:
    traditional, simplified = (
        (files("pipelines.analysis.people") / "data" / "hant.txt").read_text("utf-8").splitlines()[:2]
    )
    return {ord(t): s for t, s in zip(traditional, simplified, strict=True)}


def simplify(text: str) -> str:
    """Simplified characters for traditional ones, one for one: offsets stay."""
    return text.translate(_hant())


def _tagged(text: str) -> list[tuple[str, str]]:
    """Words and part-of-speech tags as jieba's dictionary gives them; together the words are the text."""
    from rjieba import tag

    # jieba counts digits among the foreign words, and so did the text that the model was trained on.
    return [(word, "eng" if _FOREIGN.fullmatch(word) else kind) for word, kind in tag(text, False)]


def dictionary_name(name: str) -> bool:
    """Whether the dictionary knows no other word in which a name of simplified characters begins or that it is."""
    first, kind = _tagged(name)[0]
    return len(first) == 1 or kind.startswith("nr")


@lru_cache(maxsize=20_000)
def _sign(char: str) -> str:
    if _DIGITS.match(char):
        return "0"
    if "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af":
        return "c"
    return "a" if char.isalpha() else char if char in "，。、：；（）()《》“”「」·・,.:;!?" else "-"


_MARKS = {"0": "", "1": "t", "2": "f", "3": "tf"}


class _Marks(dict[int, str]):
    """A translation table that learns the mark of a character, in one sign, the first time it meets it."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        mark = self[code] = str((char in TRANSLITERATED) + 2 * (char in SURNAMES_ZH))
        return mark


_MARK = _Marks()


def _tagged_character(key: tuple[str, str] | None) -> Said:
    """What a character and its place in a tagged word show to itself and to its neighbours on either side."""
    if key is END:
        return {step: (f"{step}END",) for step in STEPS}
    char, word = key
    mark, sign = _MARKS[char.translate(_MARK)], _sign(char)
    own = ("c=" + char, "p=" + word, "m=" + mark, "s=" + sign)
    return {0: own} | {step: (f"{step}c=" + char, f"{step}p=" + word, f"{step}m=" + mark + sign) for step in STEPS}


def _named_pair(two: str | None) -> Said:
    """What two characters in a row, and whether they are a name, show to the first of them, and to the second."""
    if not two:
        return {}
    return {0: ("b0=" + two, f"n2={is_name(two)}{two[0] in SURNAMES_ZH}"), -1: ("b-=" + two,)}


@lru_cache(maxsize=1 << 15)
def _third(three: str) -> str:
    """Whether three characters are a name."""
    return f"n3={is_name(three)}{three[0] in SURNAMES_ZH}"


def _around(marks: str | None) -> Said:
    return {} if marks is END else {0: ("mm=" + "|".join([_MARKS[mark] for mark in marks]),)}


_TAGGED, _NAMED_PAIR = Kind(_tagged_character, (0, *STEPS)), Kind(_named_pair, (0, -1))
_MARKED, _THIRD = Kind(_around), Kind(as_said)


def chinese_features(text: str) -> list[Column]:
    """Features of every character of one sentence of simplified Chinese."""
    words: list[str] = []
    for word, tag in _tagged(text):
        words += [tag + "S"] if len(word) == 1 else [tag + "B"] + [tag + "I"] * (len(word) - 2) + [tag + "E"]
    marks, n = text.translate(_MARK), len(text)
    return [
        column(_TAGGED, list(zip(text, words, strict=True))),
        _pairs(_NAMED_PAIR, text),
        column(_MARKED, [marks[:3], *(marks[i : i + 4] for i in range(n - 1))] if n else ()),
        column(_THIRD, [_third(text[i : i + 3]) for i in range(n)]),
    ]


def _pairs(kind: Kind, text: str) -> Column:
    """Every character with the one behind it; the first one also alone, for it has none before it."""
    return column(kind, [text[i : i + 2] for i in range(len(text))], (END, text[:1]))


def _syllable(char: str | None) -> Said:
    if char is END:
        return {step: (f"{step}END",) for step in STEPS}
    return {0: ("c=" + char, "s=" + _sign(char))} | {step: (f"{step}c=" + char,) for step in STEPS}


def _pair(two: str | None) -> Said:
    return {0: ("b0=" + two,), -1: ("b-=" + two,)} if two else {}


def _placed(key: tuple[int, int, bool] | None) -> Said:
    """Where in its word a syllable stands, and whether the word begins like a surname."""
    if key is END:
        return {}
    at, letters, lead = key
    surname, place = lead and not at, f"lead={lead}{min(at, 3)}{min(letters, 6)}"
    return {0: (f"a={min(at, 4)}", f"z={min(letters - at, 5)}", f"f={surname}", place)}


def _word(word: str | None) -> Said:
    if not word:
        return {}
    lead = word[:1] in SURNAMES_KO
    ends = "w2=" + word[-2:], "w1=" + word[-1:], "h2=" + word[:2]
    names = f"g3={is_name(word[:3]) and lead}", f"g12={is_name(word[1:3])}", f"g2={is_name(word[:2])}"
    common, rest = korean_commonness(word)
    return {0: (*ends, *names, "q=" + common, f"q={common},{rest}")}


def _word_after(word: str | None) -> Said:
    return {} if word is END else {0: ("aw=" + word[:2], "ae=" + word[-2:], *_commonness("a", word))}


def _word_before(word: str | None) -> Said:
    return {} if word is END else {0: ("bw=" + word[-2:], "bh=" + word[:2], *_commonness("b", word))}


def _commonness(side: str, word: str) -> tuple[str, str]:
    """How common a neighbour is."""
    common, rest = korean_commonness(word) if word else ("", "")
    return f"{side}q={common},{rest}", f"{side}qn={common[:1]}"


_SYLLABLE, _PAIR, _PLACED = Kind(_syllable, (0, *STEPS)), Kind(_pair, (0, -1)), Kind(_placed)
_WORD, _AFTER, _BEFORE = Kind(_word), Kind(_word_after), Kind(_word_before)
_SPACE = (0, 0, False)
_WORDS = re.compile(r"\S+")


def korean_features(text: str) -> list[Column]:
    """Features of every character of one Korean sentence."""
    n = len(text)
    places: list[tuple[int, int, bool]] = [_SPACE] * n
    own: list[str | None] = [END] * n
    after, before = own[:], own[:]
    words = [(m.start(), m.group()) for m in _WORDS.finditer(text)]
    for number, (start, word) in enumerate(words):
        letters, lead = len(word), word[0] in SURNAMES_KO
        here = slice(start, start + letters)
        places[here] = [(at, letters, lead) for at in range(letters)]
        own[here] = [word] * letters
        after[here] = [words[number + 1][1] if number + 1 < len(words) else ""] * letters
        before[here] = [words[number - 1][1] if number else ""] * letters
    return [
        column(_SYLLABLE, text),
        _pairs(_PAIR, text),
        *(column(*one) for one in ((_PLACED, places), (_WORD, own), (_AFTER, after), (_BEFORE, before))),
    ]
