"""Weights of words of fate and the small patterns that `roles` reads with.

In      nothing
Out     constants
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.records import Role

RANK = {
    "died_in_captivity": 1.05,
    "executed": 0.95,
    "captured": 0.9,
    "surrendered": 0.85,
    "killed": 0.86,
    "missing": 0.8,
    "on_trial": 0.92,
    "sentenced": 0.9,
    "exchanged": 0.6,
    "released": 0.6,
    "repatriated": 0.66,
    "returned": 0.58,
    "wounded": 0.55,
    "mistreated": 0.5,
    "deserted": 0.55,
    "deceived": 0.5,
    "accused": 0.44,
    "recruited": 0.42,
    "fighting": 0.36,
}
ROLE_OF_FATE = {
    "died_in_captivity": Role.CAPTIVE,
    "executed": Role.CAPTIVE,
    "captured": Role.CAPTIVE,
    "surrendered": Role.CAPTIVE,
    "on_trial": Role.CAPTIVE,
    "sentenced": Role.CAPTIVE,
    "exchanged": Role.CAPTIVE,
    "mistreated": Role.CAPTIVE,
    "released": Role.CAPTIVE,
    "repatriated": Role.CAPTIVE,
    "killed": Role.FIGHTER,
    "missing": Role.FIGHTER,
    "wounded": Role.FIGHTER,
    "fighting": Role.FIGHTER,
    "returned": Role.FIGHTER,
    "deserted": Role.FIGHTER,
    "deceived": Role.RECRUIT,
    "recruited": Role.RECRUIT,
    "accused": Role.RECRUITER,
}
CAME_BACK = frozenset({"returned", "repatriated", "released"})
VICTIM = frozenset({Role.CAPTIVE, Role.FIGHTER, Role.RECRUIT})
HEAD_FIRST = frozenset({"uk", "ru", "fr", "es", "pt", "ar"})
OF = re.compile(
    r"(?:^|\s)(?:of|for|to|with|from|by|von|für|de|du|des|del|para|pour|da|do|zu|für|про|для|від|от|к|до|ل|من)\s*$",
    re.IGNORECASE,
)
LINK = re.compile(r"[\s,–—\"'«“:(]*$")
NEGATION = re.compile(
    r"\b(?:not|never|no|denied|denies|nicht|kein\w*|nie|n'(?:a|est)|pas|no|não|nunca|не|ні|нет|değil)\b|没有|沒有|并未|未被|否认|否認|لم |لا |ليس|않|아니|छैन|नहीं",  # noqa: E501
    re.IGNORECASE,
)
CONJOINED = re.compile(r"^[\s,;、，]*(?:[^\W\d_][\w'’.\u0900-\u0963-]*[\s,、，]*){0,3}$")
CLAUSE = re.compile(r"[;；]|\.\s|[—–]\s")
PRONOUN = re.compile(
    r"^(?:He|She|They|Both|The (?:man|men|two|woman|soldier|captive|prisoner)|His|Her|Their|Er|Sie|Beide|Il|Elle|Ils|Él|Ella|Ambos|Ele|Ela|Він|Вона|Вони|Чоловік|Обидва|Його|Йому|Он|Она|Они|Мужчина|Оба|他|她|他们|他們|उनी|उनले|उनलाई|वह|वे|उन्हें|그는|그가|هو|وهو|O\b|Onu)"  # noqa: E501
)
CALLED = re.compile(
    r"\s+(?:named|called|surnamed|by the name of|identified as|namens|nommé|llamado|llamada|de nombre|chamado|на ім.я|по имени|на прізвище|adlı|名叫|名为)\s*$|\s+(?:Me|Mtre|Dr|Prof|Mr|Mrs|Ms|Mme|Lt|Sgt|Col|Gen|Capt|Maj)\.?\s*$|ة?\s+(?:يدعى|اسمه)\s*$|"  # noqa: E501
    r"(?<=,)\s+(?:le|la|el|o|a|der|die|das|the|un certain|une certaine|um certo|un tal)\s(?:(?:Pr|Dr|Dra|Me|Mtre)\.?|[\w’'-]{4,14})?\s*$"  # noqa: E501
    r"|(?<=,)\s+l['’][\w’'-]{4,14}\s*$"
)
IN_ABSENCE = re.compile(
    r"in absentia|par contumace|en son absence|en ausencia|en rebeld[ií]a|à revelia|in Abwesenheit|заочн\w*|缺席|غيابيا|غيابي|결석|궐석|gıyab\w*|अनुपस्थित\w*",  # noqa: E501
    re.IGNORECASE,
)
"""Sentenced without being there: no captive."""
CAPTORS_COURT = re.compile(
    r"Donetsk|Donezk|Donieck|Doneck|Dombás|Luhansk|Lougansk|Lugansk|Донецьк|Донецк|Луганськ|Луганск|ДНР|ЛНР|DPR|LPR|DNR|LNR|顿涅茨克|頓涅茨克|卢甘斯克|盧甘斯克|دونيتسك|لوغانسك|도네츠크|루한스크"
    r"|डोनेत्स्क|दोनेत्स्क|लुहान्स्क|Rostov|Ростов|Russian court|російськ\w+ суд|российск\w+ суд|tribunal ruso|tribunal russe|russisches Gericht|prisoner\w* of war|військовополонен|военнопленн",  # noqa: E501
    re.IGNORECASE,
)
"""Where the captors try their captives: elsewhere a fighter on trial was no captive of war."""
OF_RECRUITING = re.compile(
    r"recruit(?:er|ing|ment)|traffick|luring|lured|\bsent (?:men|people|youths|workers)|Anwerb|angeworben|anzuwerben|Menschenhandel|Schleus|recrut|reclut|captaci|captar|trata de personas|tráfico de|aliciament|passeur"  # noqa: E501
    r"|вербу|вербов|торгівл\w+ людьми|торговл\w+ людьми|招募|募集|人口贩|人口販|تجنيد|الاتجار|모집|알선|인신매매|तस्कर|भर्ती गर्ने|भर्ती करा|पठाउने|भेजने वाल|भेजने के|insan ticareti|asker topla|savaşçı topla",  # noqa: E501
    re.IGNORECASE,
)
RECRUITED_BY = re.compile(r"recruited by|lured by|angeworben von|завербован|被招募", re.IGNORECASE)
MILITARY_RANK = re.compile(
    r"(?:captain|major|lieutenant|colonel|capitaine|capit[áa]n|capitão|teniente|tenente|hauptmann|oberst\w*|oberleutnant|"
    r"yüzbaşı|binbaşı|yarbay|albay|капітан\w*|капитан\w*|майор\w*|полковни\w*|підполковни\w*|подполковни\w*|لواء|العقيد|الرائد|النقيب|المقدم|"
    r"대위\w*|소령\w*|중령\w*|대령\w*|上校|中校|上尉|少校|कप्तान\w*|मेजर\w*|कर्नल\w*|कर्नेल\w*)",
    re.IGNORECASE,
)
"""A rank is no command: what befell its bearer says more."""
ONE_OF = re.compile(
    r"(?:One of (?:them|the \w+)|Another|The other|Один із них|Один из них|Einer von ihnen|Uno de ellos|L'un d'eux|Um deles|其中一人|另一名[^，。]{1,6}|उनीहरूमध्ये)[,，]?\s*(?:an?\s|the\s)?(?:[a-zа-яіїєäöü]{3,14}\s)?$"  # noqa: E501
)
OF_BODY = re.compile(r"^\s*,?\s*(?:of|from|vom|von der|de la|del|du|da|do|з|із|из)\s+(?:the\s+)?[A-ZА-ЯІЇЄ]")
REPORTING = re.compile(
    r"\b(?:según|selon|segundo|laut|according|said|says|told|dijo|disse|сообщил\w*|повідоми\w*|за словами|по словам|за даними|a déclaré|informó|nach Angaben)\b"  # noqa: E501
)
KIN = re.compile(
    r"\b(?:her|his|their|ihr|sein|su|seu|sua|son|sa|її|його|її|ее|её|его)\s+(?:\d\d-year-old\s+)?(?:son|husband|brother|father|nephew|cousin|daughter|boyfriend|Sohn|Mann|Bruder|hijo|esposo|marido|hermano|filho|irmão|fils|mari|frère|син\w*|чоловік\w*|брат\w*|сын\w*|муж\w*)\b|儿子|兒子|丈夫|ابنها|ابنه|زوجها|아들|छोरा|बेटे|oğlu",
    re.IGNORECASE,
)
AGED = re.compile(r"^\s*[,(（]\s*(?:aged\s|de\s|an?\s|âgé\w*\sde\s)?[1-9]\d(?!\d)")
NAMED = re.compile(
    r"(?:named|called|himself|name as|identified as|на ім.я|по имени|namens|llamado|nommé|chamado|adlı|名叫|名为)\s*(?:as\s)?$"  # noqa: E501
)
PASSIVE = re.compile(
    r"\b(?:was|were|is|are|been|being|stands?)\s|,\s*$|[а-яё]|[\u3400-\u9fff]|\b(?:wird|wurde|est|été|fue|es|foi|é)\b"
)
QUOTED = '"“”«»„「」'
ACCUSES = re.compile(
    r"\b(?:charg\w+|accus\w+|arrest\w*|suspect\w*|convict\w*|indict\w*|acus\w+|detuv\w+|procesad\w+|imput\w+|inculp\w+"
    r"|soupçon\w+|beschuldig\w+|angeklag\w+|verhaft\w+|verdächtig\w+|підозр\w+|звинува\w+|обвинува\w+|обвин\w+|подозр\w+"
    r"|задержа\w+|затрима\w+|señalad\w+|suçlan\w+|soll\b|اشتباه|بتهمة|متهم|القبض|आरोप|शक में|पक्राउ|涉嫌|指控|혐의)"
)
RECRUITS = re.compile(
    r"^[^;.!?]{0,60}?\b(?:recruiting|luring|hiring|trafficking|sending|tricking|having (?:recruited|lured|sent)"
    r"|reclutar|captar|enviar|recrutar|aliciar|avoir (?:recruté|envoyé|enrôlé)|recruter|anzuwerben|angeworben zu haben"
    r"|rekrutiert zu haben|(?:vermittelt|angeworben|rekrutiert) haben|aurai(?:en)?t (?:recruté|envoyé|enrôlé)|вербува\w+|вербовк\w+|вербова\w+|de recrut\w+|de reclut\w+|de captar|من تجنيد\w*|في تجنيد\w*|بتجنيد\w*|تجنيده|भर्ती करा\w*)"  # noqa: E501
)
KIN_OF_NAMED = re.compile(r"^['’]s\s+(?:\w+\s)?(?:son|sons|daughter|nephew|grandson),?\s+[A-Z]")
