"""Pages of one article in the shapes that news systems print, and what extract makes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from pipelines.codes import Reason
from pipelines.extract.extraction import extract_page
from pipelines.model import Article, Page, Rejection, Source

SOURCE = Source(
    name="jisr",
    title="صحيفة الجسر",
    url="https://jisr.test/",
    country="SY",
    language="ar",
    timezone="Asia/Damascus",
)
TITLE = "افتتاح الجسر القديم بعد عامين من أعمال الترميم"
BODY = [
    "أعلنت بلدية المدينة يوم الاثنين افتتاح الجسر القديم أمام المشاة بعد عامين من ترميم شارك فيه مئة عامل.",
    "وقالت رئيسة البلدية في مؤتمر صحفي إن الجسر سيبقى مغلقاً أمام السيارات، وإن «الحجارة الأصلية أعيدت إلى أماكنها».",
    "وكان الفيضان قد هدم قوسين من أقواسه الخمسة، فانقطع الطريق بين ضفتي النهر واضطر السكان إلى استعمال القوارب.",
    "ومن المقرر أن تبدأ أعمال إنارة الضفتين في الربيع المقبل بتمويل من جمعيات محلية جمعت المال في سوق المدينة.",
]


def page(body: bytes | str, content_type: str = "text/html", **fields: object) -> Page:
    content = body.encode() if isinstance(body, str) else body
    given = {
        "source": "jisr",
        "run": "2026-11-22T0200",
        "url": "https://jisr.test/news/2026/11/bridge",
        "final_url": "https://jisr.test/news/2026/11/bridge",
        "fetched_at": datetime(2026, 11, 22, 2, tzinfo=UTC),
        "status": 200,
        "headers": (("Content-Type", content_type),),
        "body": content,
        "digest": sha256(content).hexdigest(),
        **fields,
    }
    return Page(**given)  # type: ignore[arg-type]


def html(inside: str, head: str = "", title: str = TITLE) -> str:
    return f'<!doctype html><html lang="ar"><head><title>{title}</title>{head}</head><body>{inside}</body></html>'


def story(lines: list[str] = BODY) -> str:
    return f"<article><h1>{TITLE}</h1>" + "".join(f"<p>{line}</p>" for line in lines) + "</article>"


def article(body: bytes | str, content_type: str = "text/html", source: Source = SOURCE, **fields: object) -> Article:
    made = extract_page(page(body, content_type, **fields), source)
    assert isinstance(made, Article), made
    return made


def rejection(
    body: bytes | str, content_type: str = "text/html", source: Source = SOURCE, **fields: object
) -> Rejection:
    made = extract_page(page(body, content_type, **fields), source)
    assert isinstance(made, Rejection), made
    return made


MENU = "<nav><ul><li><a href=/>الرئيسية</a></li><li><a href=/s>محليات</a></li></ul></nav>"
ASIDE = "<aside><h3>الأكثر قراءة</h3><ul><li><a href=/1>ارتفاع أسعار الخبز في المدينة</a></li></ul></aside>"
FORM = (
    "<div id=respond><h3>اترك تعليقًا</h3><form><p>لن يُنشر بريدك. الحقول الإلزامية مشار إليها *</p>"
    "<textarea></textarea></form></div>"
)
SHAPES = {
    "theme": f"{MENU}<main><article class=post><h1 class=entry-title>{TITLE}</h1>"
    f"<div class=meta><span>بواسطة</span> <a href=/a>فريق التحرير</a> <a href=#c>0</a></div>"
    f"<div class=share>مشاركة</div>"
    f"<div class=entry-content>{''.join(f'<p>{line}</p>' for line in BODY)}</div><div class=share>شارك هذا الخبر</div>"
    f"</article>{FORM}</main>{ASIDE}<footer>جميع الحقوق محفوظة © الجسر</footer>",
    "box": f"{MENU}<div><h1>{TITLE}</h1><p>0</p>{''.join(f'<p>{line}</p>' for line in BODY)}<p>شارك هذا الخبر</p>"
    "<p>اترك تعليق</p><p>يستعمل موقعنا Akismet لتصفية التعليقات المزعجة.</p></div>",
    "breaks": f"<div><h1>{TITLE}</h1><div>{'<br><br>'.join(BODY)}</div></div>",
    "table": f"<table><tr><td><a href=/>الرئيسية</a> <a href=/s>محليات</a></td></tr><tr><td><b>{TITLE}</b><br>"
    f"<font>22/11/2026 - 10:15 | القراءات: 84 | التعليقات (0)</font><br><br>{'<br><br>'.join(BODY)}"
    "<br><br>طباعة | حفظ<br>اترك تعليق</td><td>"
    "<b>أخبار ذات صلة</b><br><a href=/1>ارتفاع أسعار الخبز</a></td></tr></table>",
}


# Pages that are no article, by the reason that they are rejected for.
SHORT = "مرحبا بكم"
WALL = "<script src=/cdn-cgi/challenge-platform/x.js></script><h1>Just a moment...</h1><p>Enable JavaScript</p>"
LIST = "<ul>" + "".join(f"<li><a href=/{n}>خبر رقم {n} عن الجسر والمدينة والنهر</a></li>" for n in range(60)) + "</ul>"
PAYWALLED = (
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","isAccessibleForFree":false}</script>'
)
REJECTED = {
    Reason.EMPTY: page("  \n"),
    Reason.NOT_HTML: page(b"%PDF-1.7 ...", "application/pdf"),
    Reason.HOME: page(html(LIST), final_url="https://jisr.test/"),
    Reason.LISTING: page(html(LIST, title="أخبار المدينة"), url="https://jisr.test/x", final_url="https://jisr.test/x"),
    Reason.SOFT_404: page(html("<h1>الصفحة غير موجودة</h1><p>عذرا، لم نجد ما طلبت.</p>", title="404")),
    Reason.PAYWALL: page(html(f"<article><p>{BODY[0]}</p><p>Subscribe to continue reading</p></article>", PAYWALLED)),
    Reason.CONSENT: page(
        html("<h1>Before you continue</h1><p>We use cookies and data.</p>", title="Before you continue")
    ),
    Reason.CHALLENGE: page(html(WALL, title="Just a moment...")),
    Reason.ERROR_PAGE: page(html("<h1>503 Service Unavailable</h1>", title="503 Service Unavailable")),
    Reason.TOO_SHORT: page(html(f"<h1>{TITLE}</h1><p>{SHORT}</p>")),
    Reason.NO_TITLE: page(f"<html><body><p>{'</p><p>'.join(BODY)}</p></body></html>"),
    Reason.TOO_LARGE: page(b"<html><p>" + b"a" * (6 << 20)),
    Reason.UNREADABLE: page(b"\x1f\x8b\x08garbage", headers=(("Content-Encoding", "gzip"),)),
}
