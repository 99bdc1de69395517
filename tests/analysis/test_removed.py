"""The notice in the place of an article that was taken down: a row a text."""

from __future__ import annotations

import pytest

from pipelines.analysis.removed import LONGEST, says_removed

NOTICES = [
    "This article has been removed.",
    "This story has been withdrawn by the publisher. For questions write to the newsroom.",
    "We regret that this page has been taken down at the request of the family.",
    "The article you are looking for is no longer available.",
    "Editor's note: This report was retracted following an internal review.",
    "This post has since been deleted.",
    "We have removed this article for legal reasons.",
    "Sorry, the page you requested no longer exists.",
    "Цю статтю було видалено на прохання родини.",
    "На жаль, цей матеріал більше не доступний.",
    "Публікацію знято з публікації рішенням редакції.",
    "Редакція видалила цю новину.",
    "Эта статья была удалена по решению суда.",
    "К сожалению, данная страница больше не существует.",
    "Материал снят с публикации.",
    "Редакция удалила эту публикацию.",
    "该文章已被删除。",
    "很抱歉,您访问的页面不存在。",
    "此新闻已撤稿,敬请谅解。",
    "這篇文章已被作者刪除",
    "Cet article a été supprimé à la demande de la famille.",
    "Désolé, cette page n'existe plus.",
    "Nous avons retiré cet article.",
    "Este artículo ha sido eliminado por motivos legales.",
    "Lo sentimos, esta noticia ya no está disponible.",
    "Hemos retirado este artículo.",
    "Esta matéria foi removida a pedido da família.",
    "Este artigo já não está disponível.",
    "Dieser Artikel wurde von der Redaktion zurückgezogen.",
    "Leider ist diese Seite nicht mehr verfügbar.",
    "Dieser Beitrag ist aus rechtlichen Gründen nicht mehr verfügbar.",
    "Wir haben diesen Artikel auf Wunsch der Familie entfernt.",
    "تم حذف هذا المقال بناء على طلب الأسرة.",
    "عذراً، هذه الصفحة غير موجودة.",
    "해당 기사는 언론사 요청으로 삭제되었습니다.",
    "죄송합니다. 요청하신 페이지를 찾을 수 없습니다.",
    "यो समाचार हटाइएको छ।",
    "क्षमा करें, यह लेख हटा दिया गया है।",
    "Bu haber yayından kaldırılmıştır.",
    "Üzgünüz, aradığınız sayfa artık mevcut değil.",
]

ARTICLES = [
    "The video has been removed by the platform, the ministry said on Monday. It showed two captured men.",
    "A video showing two prisoners was removed from the channel on Tuesday.",
    "This article was corrected on 4 May: the number of prisoners was 155, not 163.",
    "Correction: this article has been updated to remove the name of a relative.",
    "A paragraph of this article has been removed. The commander spoke of ten men.",
    "This article is no longer available to readers without a subscription.",
    "This content is not available in your region.",
    "This article has been removed from the exhibition's list of looted objects, and the museum is to pay.",
    "The statue was removed from the square.",
    "This report was published after the page of the brigade was deleted by its owner.",
    "Two commanders were removed by the president on Friday.",
    "The story of the two men begins in a village. Their names have been removed.",
    "The page of the recruiters is no longer available, but copies of it were kept.",
    "Відео видалено з каналу після оприлюднення імен полонених.",
    "Цього матеріалу стосуються дві справи, відкриті у травні.",
    "Сторінку вербувальників заблоковано, повідомила поліція.",
    "Видео с двумя пленными удалено из канала, сообщили в ведомстве.",
    "Эта статья закона предусматривает до десяти лет лишения свободы.",
    "该视频已被平台删除,外交部周一表示。",
    "据报道,两名男子的账号已被删除。",
    "Cette page d'histoire reste ouverte, a dit le ministre.",
    "La vidéo a été supprimée de la chaîne, a dit le ministère.",
    "El vídeo fue eliminado del canal el martes.",
    "Dieser Bericht wurde am Montag vorgestellt; er nennt zwei Gefangene.",
    "Der Kommandeur wurde entlassen, seine Seite gelöscht.",
    "تم حذف الفيديو من القناة يوم الاثنين.",
    "해당 영상은 플랫폼에서 삭제되었다고 외교부가 밝혔다.",
    "Video kanaldan kaldırıldı, bakanlık açıkladı.",
    "",
]


@pytest.mark.parametrize("body", NOTICES)
def test_a_notice_is_one(body: str) -> None:
    assert says_removed("Two fighters held near the border", body)
    assert not says_removed("Two fighters held", f"{body} {'They spoke of it for long. ' * (LONGEST // 20)}")


@pytest.mark.parametrize("body", ARTICLES)
def test_a_report_is_none(body: str) -> None:
    assert not says_removed("Two fighters held near the border", body)


def test_the_notice_may_be_the_title() -> None:
    assert says_removed("This article has been removed", "")
    assert not says_removed("This article has been removed", "Two men were held near the border on Monday.")
