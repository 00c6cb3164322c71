"""Pages that are no article in the shapes sites print them, and the articles that look like them and are none."""

from __future__ import annotations

import json

import pytest

from pipelines.codes import Reason
from pipelines.extract.extraction import extract_page
from pipelines.model import Article, Page, Rejection, Source
from tests.pages import BODY, SOURCE, TITLE, html, page, story
from tests.quay import LIBRARY, QUAY, every_language

DAY = '<meta property="article:published_time" content="2026-11-20T10:15:00+03:00">'
MARKUP = DAY + '<meta property="og:type" content="article">'
MENU = (
    "<header><nav><ul>"
    + "".join(f"<li><a href=/s/{n}>باب رقم {n}</a></li>" for n in range(12))
    + "</ul></nav></header>"
)
BANNER = (
    "<div class=cookie-banner><p>نستخدم ملفات تعريف الارتباط لتحسين تجربتك.</p>"
    "<button>قبول الكل</button><button>إدارة الخيارات</button></div>"
)
FOOT = "<footer><p>جميع الحقوق محفوظة © صحيفة الجسر</p><a href=/about>من نحن</a></footer>"
STREETS = [
    "بدأت ورشات البلدية أعمال تعبيد الشارع الشرقي على أن تنتهي قبل الشتاء.",
    "افتتح المعرض السنوي للكتاب أبوابه أمام الزوار بمشاركة أربعين داراً للنشر.",
    "تراجعت أسعار الخضار في أسواق المدينة مع وصول محصول جديد من القرى المجاورة.",
    "أعلنت مديرية الصحة حملة تلقيح جديدة للأطفال في جميع مدارس المحافظة.",
    "فاز فريق المدينة على ضيفه بهدفين دون مقابل في افتتاح دوري المحافظات.",
    "يستعد مسرح الحارة لعرض عمل جديد يروي حكاية صيادي النهر ومراكبهم.",
]
NAMES = [
    "تعبيد الشارع الشرقي",
    "معرض الكتاب يفتح أبوابه",
    "تراجع أسعار الخضار",
    "حملة تلقيح للأطفال",
    "فوز فريق المدينة",
    "عرض جديد لمسرح الحارة",
]


def document(inside: str, title: str, head: str = "") -> str:
    return html(MENU + inside + BANNER + FOOT, head, title)


def teasers(tag: str = "h3") -> str:
    """A list of articles as themes print it: picture, linked heading, day, two lines of text."""
    return (
        "<div class=posts>"
        + "".join(
            f"<div class=card><a href=/news/{n}><img src=/{n}.jpg></a><div><{tag}><a href=/news/{n}>{name}</a></{tag}>"
            f"<span class=date>2026/11/{n + 10}</span><p class=excerpt>{text}</p></div></div>"
            for n, (name, text) in enumerate(zip(NAMES, STREETS, strict=True))
        )
        + "</div>"
    )


def ticker() -> str:
    items = "".join(
        f"<li><time>10:{n:02}</time> <a href=/live/{n}>بث حي: {name}</a></li>" for n, name in enumerate(NAMES * 4)
    )
    return f"<h1>البث الحي</h1><ul>{items}</ul>"


def consent(lines: list[str], buttons: list[str], title: str) -> str:
    pressed = "".join(f"<button>{name}</button>" for name in buttons)
    return html(
        "<div class=modal>" + "".join(f"<p>{line}</p>" for line in lines) + f"<form>{pressed}</form></div>", "", title
    )


def stub(free_part: str, wall: str, head: str = "") -> str:
    return document(
        f"<article><h1>{TITLE}</h1><p>{free_part}</p><div class=wall><h3>{wall}</h3></div></article>", TITLE, head
    )


def video(sentence: str, head: str = "") -> str:
    player = "<div class=player><iframe src=https://www.youtube.com/embed/x></iframe></div>"
    return document(f"<h1>{TITLE}</h1>{player}<p>{sentence}</p>", TITLE, head)


PAID = (
    f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "isAccessibleForFree": False})}</script>'
)
VIDEO = '<meta property="og:type" content="video.other">'
GALLERY = (
    "<div class=gallery>"
    + "".join(f"<figure><img src=/{n}.jpg><figcaption>{name}</figcaption></figure>" for n, name in enumerate(NAMES))
    + "</div>"
)
PARTNERS = [
    "We value your privacy. We and our partners store and access information on a device, such as cookies.",
    "With your consent we and our partners process personal data for advertising. You may change your preferences.",
]
PARTNERS_AR = [
    "نحن وشركاؤنا نخزن معلومات على جهازك مثل ملفات تعريف الارتباط ونعالج البيانات الشخصية لعرض الإعلانات.",
    "يمكنك سحب موافقتك في أي وقت من صفحة الخصوصية، ويعالج بعض شركائنا بياناتك من دون طلب موافقتك.",
]
PARTNERS_DE = [
    "Wir und unsere Partner speichern Cookies auf Ihrem Gerät und verarbeiten damit Daten für Werbung und Tracking.",
    "Ihre Einwilligung können Sie jederzeit widerrufen. Mehr dazu steht in den Hinweisen zum Datenschutz.",
]
PLACE = "https://jisr.test/"
NO_ARTICLES: list[tuple[str, Reason, Page]] = [
    (
        "an Arabic theme's section",
        Reason.LISTING,
        page(document(f"<h1>محليات</h1>{teasers()}", "محليات - صحيفة الجسر")),
    ),
    (
        "teasers below h2 in a tag",
        Reason.LISTING,
        page(document(teasers("h2"), "جسور"), final_url=PLACE + "tag/bridges/"),
    ),
    ("links alone", Reason.LISTING, page(document("<h1>أرشيف الأخبار</h1>" + ticker(), "أرشيف الأخبار"))),
    ("an index of live tickers", Reason.LISTING, page(document(ticker(), "البث الحي"))),
    (
        "what a search found",
        Reason.LISTING,
        page(document(teasers(), "نتائج البحث عن: جسر"), final_url=PLACE + "search/x"),
    ),
    (
        "a list with the markup of its articles",
        Reason.LISTING,
        page(
            document(
                teasers(),
                "محليات",
                "".join(
                    (
                        '<script type="application/ld+json">',
                        json.dumps(
                            {
                                "@type": "ItemList",
                                "itemListElement": [
                                    {"@type": "ListItem", "item": {"@type": "NewsArticle", "headline": name}}
                                    for name in NAMES
                                ],
                            }
                        ),
                        "</script>",
                    )
                ),
            )
        ),
    ),
    ("an article's address that leads home", Reason.HOME, page(document(teasers(), "صحيفة الجسر"), final_url=PLACE)),
    (
        "an address that leads to a language's home",
        Reason.HOME,
        page(document(teasers(), "x"), final_url=PLACE + "ar/"),
    ),
    ("a home page", Reason.HOME, page(document(teasers(), "الجسر"), url=PLACE, final_url=PLACE)),
    (
        "404 Arabic",
        Reason.SOFT_404,
        page(document("<h1>الصفحة غير موجودة</h1><p>ربما نقلت إلى مكان آخر.</p>", "غير موجودة")),
    ),
    ("404 with teasers", Reason.SOFT_404, page(document(f"<h1>خطأ 404</h1>{teasers()}", "خطأ 404 | صحيفة الجسر"))),
    (
        "404 that claims to be an article",
        Reason.SOFT_404,
        page(
            document(
                "<h1>عذرا</h1><p>لم يتم العثور على الصفحة</p>",
                "صحيفة الجسر",
                '<meta property="og:type" content="article">',
            )
        ),
    ),
    ("404 Persian", Reason.SOFT_404, page(document("<h1>۴۰۴</h1><p>صفحه مورد نظر یافت نشد</p>", "پل"))),
    ("404 Turkish", Reason.SOFT_404, page(document("<h1>Sayfa bulunamadı</h1><p>Ana sayfaya dönün</p>", "Köprü"))),
    ("404 Russian", Reason.SOFT_404, page(document("<h1>404</h1><p>Страница не найдена</p>", "Страница не найдена"))),
    ("404 Chinese", Reason.SOFT_404, page(document("<h1>抱歉</h1><p>您访问的页面不存在</p>", "桥报"))),
    (
        "404 English",
        Reason.SOFT_404,
        page(document("<h1>Oops! That page can’t be found.</h1><p>Try a search.</p>", "Oops")),
    ),
    ("consent English", Reason.CONSENT, page(consent(PARTNERS, ["Accept all", "Manage options"], "Jisr"))),
    ("consent Arabic", Reason.CONSENT, page(consent(PARTNERS_AR, ["قبول الكل", "رفض الكل"], "الجسر"))),
    ("consent German", Reason.CONSENT, page(consent(PARTNERS_DE, ["Alle akzeptieren", "Ablehnen"], "Brücke"))),
    ("consent by its title", Reason.CONSENT, page(consent(["Eine Zeile."], ["OK"], "Bevor Sie zu Brücke weitergehen"))),
    ("paywall Arabic", Reason.PAYWALL, page(stub(BODY[0], "اشترك لمتابعة القراءة"))),
    ("paywall with article markup", Reason.PAYWALL, page(stub(BODY[0], "هذا المقال للمشتركين فقط", MARKUP + PAID))),
    (
        "paywall German",
        Reason.PAYWALL,
        page(stub("Die alte Brücke ist wieder offen.", "Weiterlesen mit Abo: nur für Abonnenten")),
    ),
    (
        "paywall French",
        Reason.PAYWALL,
        page(stub("Le vieux pont est de nouveau ouvert.", "La suite est réservée aux abonnés")),
    ),
    ("paywall by an offer", Reason.PAYWALL, page(stub("Eski köprü yeniden açıldı.", "Hemen abone olun", PAID))),
    (
        "challenge",
        Reason.CHALLENGE,
        page(html("<h1>jisr.test</h1><p>Verifying you are human.</p>", "", "Just a moment...")),
    ),
    (
        "challenge Arabic",
        Reason.CHALLENGE,
        page(html("<h1>jisr.test</h1><p>يحتاج إلى مراجعة أمان اتصالك</p>", "", "لحظة…")),
    ),
    (
        "challenge by script",
        Reason.CHALLENGE,
        page(html("<script src=/cdn-cgi/challenge-platform/h/b/x></script>", "", "x")),
    ),
    ("challenge Russian", Reason.CHALLENGE, page(html("<p>Подтвердите, что вы не робот</p>", "", "Мост"))),
    ("maintenance Arabic", Reason.ERROR_PAGE, page(html("<h1>الموقع تحت الصيانة</h1><p>نعود قريبا</p>", "", "الجسر"))),
    (
        "database",
        Reason.ERROR_PAGE,
        page(html("<h1>Error establishing a database connection</h1>", "", "Database Error")),
    ),
    (
        "gateway",
        Reason.ERROR_PAGE,
        page("<html><head><title>502 Bad Gateway</title></head><body><hr>nginx</body></html>"),
    ),
    ("parked", Reason.ERROR_PAGE, page(html("<h1>jisr.test</h1><p>This domain is for sale.</p>", "", "jisr.test"))),
    ("another region", Reason.REGION, page(html("<p>This content is not available in your region.</p>", "", "Jisr"))),
    ("another region by status", Reason.REGION, page(html(story()), status=451)),
    ("a player", Reason.MEDIA, page(video("شاهد الفيديو", VIDEO))),
    ("a player with a sentence", Reason.MEDIA, page(video(STREETS[0]), final_url=PLACE + "video/12345")),
    ("a gallery", Reason.MEDIA, page(document(f"<h1>{TITLE}</h1>{GALLERY}", TITLE), final_url=PLACE + "صور/12345")),
    ("a few words", Reason.TOO_SHORT, page(document(f"<h1>{TITLE}</h1><p>مرحبا بكم في الجسر</p>", TITLE))),
    (
        "an app that scripts fill",
        Reason.EMPTY,
        page(html("<div id=root></div><noscript>Enable JavaScript</noscript>", "", "x")),
    ),
]


@pytest.mark.parametrize(("reason", "given"), [case[1:] for case in NO_ARTICLES], ids=[case[0] for case in NO_ARTICLES])
def test_what_is_no_article_is_rejected_with_its_reason(reason: Reason, given: Page) -> None:
    made = extract_page(given, SOURCE)

    assert isinstance(made, Rejection), made.text
    assert made.reason == reason, made.detail


FLASH = "زلزال بقوة خمس درجات يضرب شمال البلاد ولا أنباء عن ضحايا"
SHORT = [
    "شب حريق مساء الأحد في مستودع للأخشاب شرقي المدينة من دون وقوع إصابات.",
    "وقال الدفاع المدني إن خمس فرق شاركت في إخماده خلال ساعتين.",
    "وفتحت الشرطة تحقيقاً لمعرفة الأسباب.",
]
COOKIES = [
    "The regulator fined three publishers because their banners let nobody reject cookies with one click.",
    "Visitors were shown a button called accept all, while consent could be refused on a second page only.",
    "The publishers said that they would ask for consent in another way from January on.",
]
LOST = [
    "تلقى زوار موقع الأرشيف البلدي طوال يومين عبارة الصفحة غير موجودة بدلاً من صور المدينة القديمة.",
    "وقال مدير الأرشيف إن الخلل نتج عن نقل الملفات إلى خادم جديد وإن الصور لم تضع.",
]
ROBOTS = [
    "Ticket sellers now ask every buyer to verify that they are human, and half of the buyers give up.",
    "A study found that programs solve the puzzles faster than people do.",
]
REGIONAL = (
    "The series, not available in your region until last week, can now be seen everywhere, its maker said on Monday."
)
NEAR: list[tuple[str, list[str], Page]] = [
    ("three sentences", SHORT, page(document(story(SHORT), TITLE))),
    (
        "a flash",
        [FLASH],
        page(
            document(
                f"<article><h1>زلزال يضرب شمال البلاد</h1><p>{FLASH}</p></article>", "زلزال يضرب شمال البلاد", MARKUP
            )
        ),
    ),
    ("an article with a gallery", BODY, page(document(story() + GALLERY, TITLE), final_url=PLACE + "صور/12345")),
    (
        "an article with a film",
        SHORT,
        page(document(story(SHORT) + "<iframe src=https://www.youtube.com/embed/x></iframe>", TITLE, MARKUP)),
    ),
    (
        "a long free part",
        BODY * 2,
        page(
            stub("</p><p>".join([*BODY, *(line + " وأكثر." for line in BODY)]), "اشترك لمتابعة القراءة", MARKUP + PAID)
        ),
    ),
    (
        "about cookies",
        COOKIES,
        page(
            document(
                f"<article><h1>Fines for cookie banners</h1><p>{'</p><p>'.join(COOKIES)}</p></article>",
                "Fines for cookie banners",
            )
        ),
    ),
    (
        "about a missing page",
        LOST,
        page(
            document(
                f"<article><h1>خطأ 404 يخفي صور المدينة القديمة يومين</h1><p>{'</p><p>'.join(LOST)}</p></article>",
                "خطأ 404 يخفي صور المدينة القديمة يومين",
            )
        ),
    ),
    (
        "about captchas",
        ROBOTS,
        page(
            document(
                f"<article><h1>Are you a robot? Buyers give up</h1><p>{'</p><p>'.join(ROBOTS)}</p></article>",
                "Are you a robot? Buyers give up",
            )
        ),
    ),
    (
        "about regions",
        [REGIONAL],
        page(document(f"<article><h1>Series opens</h1><p>{REGIONAL}</p></article>", "Series opens", MARKUP)),
    ),
    (
        "short behind a guard that scripts every page",
        SHORT,
        page(document(story(SHORT) + "<script src=/cdn-cgi/challenge-platform/scripts/jsd/main.js></script>", TITLE)),
    ),
    (
        "short with an offer in its foot",
        SHORT,
        page(document(story(SHORT) + "<footer><a href=/abo>اشترك الآن</a></footer>", TITLE, MARKUP)),
    ),
    (
        "below a section's address",
        BODY,
        page(document(story(), TITLE), final_url=PLACE + "category/local/2026/old-bridge-opens-again"),
    ),
    ("with teasers below", BODY, page(document(story() + teasers(), TITLE))),
    (
        "short with teasers below",
        SHORT,
        page(document(story(SHORT) + f"<aside class=related>{teasers()}</aside>", TITLE, MARKUP)),
    ),
]


@pytest.mark.parametrize(("lines", "given"), [case[1:] for case in NEAR], ids=[case[0] for case in NEAR])
def test_an_article_that_looks_like_one_of_them_is_kept(lines: list[str], given: Page) -> None:
    made = extract_page(given, SOURCE)

    assert isinstance(made, Article), made
    kept = set(made.text.split("\n"))
    assert [line for line in lines if line not in kept] == []


def test_every_reason_has_a_page_in_these_tests() -> None:
    from tests.pages import REJECTED

    elsewhere = {Reason.WRONG_LANGUAGE, Reason.TOO_SLOW}

    assert set(Reason) == {case[1] for case in NO_ARTICLES} | set(REJECTED) | elsewhere


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_refusal_with_a_walls_script_is_a_challenge(status: int) -> None:
    wall = html("<script>window._cf_chl_opt={}</script>", "", "Just a moment...")

    made = extract_page(page(wall, status=status), SOURCE)

    assert isinstance(made, Rejection) and made.reason == Reason.CHALLENGE


def test_a_rejection_keeps_the_text_that_was_found() -> None:
    made = extract_page(page(stub(BODY[0], "اشترك لمتابعة القراءة")), SOURCE)

    assert isinstance(made, Rejection) and BODY[0] in made.text


def test_a_source_that_promises_nothing_may_be_in_any_language() -> None:
    german = Source(name="b", title="b", url="https://b.test/", country="DE", language="de", timezone="UTC")

    assert isinstance(extract_page(page(html(story())), german), Article)


ASKED = {
    "nl": "Met uw toestemming slaan wij en 98 partners gegevens op uw apparaat "
    "op en verwerken wij persoonsgegevens voor advertenties.",
    "pt": "Com o seu consentimento, nós e 98 parceiros guardamos informações no "
    "seu dispositivo para medir a publicidade.",
    "ru": "С вашего согласия мы и 98 партнёров храним сведения на вашем "
    "устройстве и обрабатываем персональные данные для рекламы.",
    "sv": "Med ditt samtycke lagrar vi och 98 partner uppgifter på din enhet "
    "och behandlar personuppgifter för annonser.",
    "ar": "بموافقتك نخزن نحن وشركاؤنا معلومات على جهازك ونعالج بياناتك الشخصية "
    "من أجل الإعلانات، ولك سحب الموافقة في أي وقت.",
    "fa": "با رضایت شما ما و ۹۸ شریک (شرکای ما) داده‌ها را روی دستگاه شما برای تبلیغات و کوکی ذخیره می‌کنیم.",
    "ro": "Noi și partenerii noștri folosim cookie-uri pentru a stoca date personale. "
    "Vă puteți retrage consimțământul.",
    "prs": "ما و شرکایمان از کوکی‌ها برای ذخیره داده‌های شخصی و نمایش آگهی استفاده می‌کنیم؛ "
    "رضایت خود را هر زمان پس بگیرید.",
    "he": "אנחנו והשותפים שלנו משתמשים בעוגיות כדי לשמור נתונים אישיים ולהציג פרסומות. ניתן לבטל את ההסכמה בכל עת.",
    "zh": "我们和我们的合作伙伴使用 Cookie 存储个人数据并展示个性化广告。您可以随时撤回您的同意。",
    "da": "Med dit samtykke gemmer vi og 214 partnere oplysninger på din enhed "
    "og behandler persondata for at måle annoncer.",
    "fi": "Suostumuksellasi me ja 214 kumppania tallennamme tietoja laitteellesi "
    "ja käsittelemme henkilötietoja mainontaa varten.",
    "uk": "За вашою згодою ми та 214 партнерів зберігаємо інформацію на вашому пристрої й обробляємо персональні дані.",
    "hr": "Uz vaš pristanak mi i 214 partnera pohranjujemo podatke na vašem "
    "uređaju radi mjerenja oglasa; možete ga povući.",
    "bg": "С ваше съгласие ние и 214 партньори съхраняваме информация на вашето устройство и обработваме лични данни.",
    "id": "Dengan persetujuan Anda, kami dan 214 mitra menyimpan informasi di perangkat Anda untuk mengukur iklan.",
    "ca": "Amb el teu permís, nosaltres i 214 socis desem informació al teu dispositiu i tractem dades personals.",
    "he-prefixed": "בהסכמתך אנו ו-98 שותפים שומרים מידע במכשיר שלך ומעבדים נתונים אישיים לצורך פרסומות.",
    "ckb": "بە ڕەزامەندی تۆ ئێمە و ٩٨ هاوبەش زانیاری لەسەر ئامێرەکەت هەڵدەگرین بۆ پێوانی ڕیکلام.",
    "ur": "آپ کی رضامندی سے ہم اور ہمارے ۹۸ شراکت دار آپ کے آلے پر معلومات رکھتے ہیں تاکہ اشتہارات ناپے جائیں۔",
    "ku": "Bi razîbûna te em û 98 hevpar agahiyan li ser amûra te diparêzin "
    "û daneyên kesane ji bo reklaman bi kar tînin.",
    "az": "Razılığınızla biz və 98 tərəfdaş cihazınızda məlumat saxlayır, reklam üçün şəxsi məlumatları emal edirik.",
    "bn": "আপনার সম্মতিতে আমরা ও ৯৮ অংশীদার আপনার ডিভাইসে তথ্য রাখি এবং বিজ্ঞাপনের জন্য ব্যক্তিগত তথ্য ব্যবহার করি।",
    "en": "If you consent, we and 98 partners keep information on your device "
    "and use personal data to show adverts.",
}  # fmt: skip


@pytest.mark.parametrize("language", ASKED)
@pytest.mark.parametrize(
    "form",
    [
        "<div class=box><h1>The Bridge</h1><p>{}</p><form method=post><button>OK</button></form></div>",
        "<div id=page></div><div role=dialog><h2>Hello</h2><p>{}</p><button>1</button><button>2</button></div>",
        "<main><section><h2>Free</h2><p>{}</p></section><section><h2>Pur</h2><a href=/p>3 a month</a></section></main>",
    ],
)
def test_what_asks_for_consent_in_its_own_words_is_a_wall(language: str, form: str) -> None:
    inside = form.format(ASKED[language])
    body = f"<html lang={language}><head><title>The Bridge</title></head><body>{inside}</body></html>"

    found = extract_page(page(body), SOURCE)

    assert isinstance(found, Rejection) and found.reason is Reason.CONSENT


@pytest.mark.parametrize(
    ("heading", "reason"),
    [("Rûpel nehate dîtin", Reason.SOFT_404), ("پاڼه ونه موندل شوه", Reason.SOFT_404),
     ("عذرًا، هذا الخبر لم يعد متاحًا", Reason.SOFT_404), ("صفحه‌ای که به دنبال آن هستید نیست", Reason.SOFT_404),
     ("Aradığınız içerik bulunamadı", Reason.SOFT_404), ("Oups ! Cette page est introuvable", Reason.SOFT_404),
     ("No encontramos esa página", Reason.SOFT_404), ("Diese Seite gibt es leider nicht", Reason.SOFT_404),
     ("Страница удалена", Reason.SOFT_404), ("გვერდი ვერ მოიძებნა", Reason.SOFT_404),
     ("Էջը չի գտնվել", Reason.SOFT_404),
     ("האתר בשיפוצים", Reason.ERROR_PAGE), ("ماڵپەڕەکە لە ژێر چاککردنەوەدایە", Reason.ERROR_PAGE),
     ("Sitemiz bakımda", Reason.ERROR_PAGE),
     ("בודקים שאינך רובוט", Reason.CHALLENGE), ("تصدیق کریں کہ آپ انسان ہیں", Reason.CHALLENGE),
     ("כדי להמשיך לקרוא יש להתחבר", Reason.PAYWALL), ("بۆ بەردەوامبوون لە خوێندنەوە بچۆ ژوورەوە", Reason.PAYWALL)],
)  # fmt: skip
def test_what_stands_in_an_article_s_place_is_told_in_its_language(heading: str, reason: Reason) -> None:
    found = extract_page(page(document(f"<h1>{heading}</h1><p>1, 2, 3</p>", heading)), SOURCE)

    assert isinstance(found, Rejection) and found.reason is reason


@pytest.mark.parametrize(
    "title",
    ["כביש 1 סגור לרגל תחזוקה", "שדה התעופה סגור לרגל תחזוקה", "מעבר אלנבי סגור לרגל תחזוקה", "מצדה: האתר בשיפוצים",
     "Polizei: gesuchte Seite abgeschaltet", "Gesuchte Artikel aufgetaucht", "Weiche Seite gibt es nicht",
     "Facebook: страница удалена", "Wikipedia: материал удален", "Материал который вы ищете годами",
     "Contenu introuvable sur Netflix", "Sa page est introuvable", "Netflix: contenido que buscas",
     "لم نعثر على ما تبحث عنه الشرطة", "الصفحة التي طلبتها الشرطة", "Aradığınız haber burada",
     "Zararlı içerik bulunamadı",
     "سایت سنجش: سایت در حال به روزرسانی", "وزارت کی سائٹ مرمت کے لیے بند", "כך תוכיח שאינך רובוט"],
)  # fmt: skip
def test_short_news_with_words_of_an_error_page_in_the_title_are_an_article(title: str) -> None:
    body = document(f"<article><h1>{title}</h1>{''.join(f'<p>{text}</p>' for text in STREETS)}</article>", title)

    assert isinstance(extract_page(page(body), SOURCE), Article)


def test_one_paragraph_about_partners_who_agree_to_withdraw_an_advert_is_an_article() -> None:
    said = "حکومت نے اپنے شراکت داروں کے اشتہار واپس لے لیے جس پر کمپنی رضامند ہو گئی اور شہر کے لوگ پل پر جمع ہو گئے۔"
    body = html(f"<article><h1>پل کی خبر شہر سے</h1><p>{said}</p></article>", "", "پل کی خبر شہر سے")

    assert isinstance(extract_page(page(body), SOURCE), Article)


@pytest.mark.parametrize(
    "line",
    ["הילדים צריכים ספרים כדי להמשיך לקרוא", "خوێندکاران پارەیان نییە بۆ بەردەوامبوون لە خوێندنەوە",
     "لڑکیاں پڑھنا جاری رکھنے کے لیے شہر گئیں"],
)  # fmt: skip
def test_short_news_of_people_who_read_on_are_no_stub(line: str) -> None:
    texts = "".join(f"<p>{text}</p>" for text in (*STREETS[:3], line))

    assert isinstance(
        extract_page(page(document(f"<article><h1>{TITLE}</h1>{texts}</article>", TITLE)), SOURCE), Article
    )


@pytest.mark.parametrize(
    ("heading", "reason"),
    [("האתר סגור לרגל תחזוקה", Reason.ERROR_PAGE), ("سایت در حال به‌روزرسانی است", Reason.ERROR_PAGE),
     ("Contenu introuvable", Reason.SOFT_404), ("Aradığınız haber", Reason.SOFT_404),
     ("عذرًا، لم نعثر على ما تبحث عنه", Reason.SOFT_404), ("Diese Seite gibt es nicht", Reason.SOFT_404),
     ("Die gesuchte Seite konnte nicht gefunden werden", Reason.SOFT_404)],
)  # fmt: skip
def test_an_error_page_with_search_tips_is_told_by_its_title(heading: str, reason: Reason) -> None:
    texts = "".join(f"<p>{text}</p>" for text in STREETS)
    found = extract_page(page(document(f"<main><h1>{heading}</h1>{texts}</main>", heading)), SOURCE)

    assert isinstance(found, Rejection) and found.reason is reason


def test_a_heading_in_a_script_without_spaces_is_no_prose_beside_what_asks_for_consent() -> None:
    asked = "当社とパートナーは、Cookieを使用して個人データを保存し、広告を表示します。同意はいつでも撤回できます。"
    inside = f"<form><h1>プライバシーを尊重します</h1><p>{asked}</p><button>すべて同意する</button></form>"

    found = extract_page(page(f"<html><head><title>The Bridge</title></head><body>{inside}</body></html>"), SOURCE)

    assert isinstance(found, Rejection) and found.reason is Reason.CONSENT


def test_a_frame_of_a_consent_platform_is_a_wall_and_an_article_with_its_words_below_is_none() -> None:
    frame = '<div><iframe src="https://cmp.bridge.test/index.html?message_id=8" title="Privacy"></iframe></div>'
    below = story() + f"<div><h2>Cookies</h2><p>{ASKED['en']}</p><button>Agree</button></div>"

    walled = extract_page(page(f"<html><head><title>The Bridge</title></head><body>{frame}</body></html>"), SOURCE)
    told = extract_page(page(html(below, DAY, TITLE)), SOURCE)

    assert isinstance(walled, Rejection) and walled.reason is Reason.CONSENT
    assert isinstance(told, Article) and "98 partners" not in told.text


@pytest.mark.parametrize(
    "line",
    ["This page has moved", "Sorry, the article you are looking for no longer exists", "هذا الخبر غير متوفر",
     "خبر یافت نشد",
     "La pagina che cerchi non esiste", "Pagina nu a fost găsită", "Страницата не е намерена", "Stránka sa nenašla"],
)  # fmt: skip
def test_a_missing_page_says_so_in_more_languages(line: str) -> None:
    below = "<p>Try a search, or go back to the front page, where the latest news of the day by our editors stand.</p>"

    found = extract_page(page(html(f"<main><h1>{line}</h1>{below}</main>", title="The Bridge")), SOURCE)

    assert isinstance(found, Rejection) and found.reason is Reason.SOFT_404


@pytest.mark.parametrize(
    "line",
    ["Jetzt anmelden und weiterlesen", "Материал доступен только подписчикам", "Zaloguj się, aby czytać dalej",
     "Jen pro předplatitele", "Logga in för att läsa"],
)  # fmt: skip
def test_a_wall_for_subscribers_says_so_in_more_languages(line: str) -> None:
    found = extract_page(page(html(f"<article><h1>{TITLE}</h1><p>{BODY[0]}</p><p>{line}</p></article>")), SOURCE)

    assert isinstance(found, Rejection) and found.reason is Reason.PAYWALL


CARD = "<a href=/n/story-{0}><h3>{1} {0}</h3><p>{2}</p></a>"


LISTED = '<meta property="og:type" content="article"><script type="application/ld+json">{"@type":"ItemList"}</script>'


@every_language
@pytest.mark.parametrize(
    "shape", ["<main><h1>{}</h1><p>{}</p><div>{}</div></main>", "<article><h1>{}</h1><p>{}</p></article>{}"]
)
def test_a_brief_above_cards_that_are_links_is_an_article_if_the_page_says_so(language: str, shape: str) -> None:
    quay, library = QUAY[language], LIBRARY[language]
    cards = "".join(f"<li>{CARD.format(n, library.title, library.lines[n % 3])}</li>" for n in range(8))
    body = document(shape.format(quay.title, quay.lines[0], f"<ul>{cards}</ul>"), quay.title, LISTED)

    made = extract_page(page(body, final_url=PLACE + "quay-1001"), SOURCE)

    assert isinstance(made, Article), made
    assert made.text == quay.lines[0]


def test_a_list_with_a_sentence_about_something_else_above_it_stays_a_list() -> None:
    quay, library = QUAY["en"], LIBRARY["en"]
    cards = "".join(CARD.format(n, library.title, library.lines[n % 3]) for n in range(8))
    body = document(f"<h1>News of the week</h1><p>{quay.lines[0]}</p>{cards}", "News of the week")

    made = extract_page(page(body, final_url=PLACE + "week-1001"), SOURCE)

    assert isinstance(made, Rejection)
    assert made.reason == Reason.LISTING


@pytest.mark.parametrize("address", ["harlow-storm-2026", "dossier/harlow-storm-power-cuts-12"])
def test_a_topic_page_whose_description_is_about_its_title_is_a_list(address: str) -> None:
    title, library = "Harlow storm and power cuts", LIBRARY["en"]
    description = "All that we have written about the Harlow storm, the power cuts and the repairs on the coast."
    cards = "".join(CARD.format(n, library.title, library.lines[n % 3]) for n in range(40))
    body = document(f"<main><h1>{title}</h1><p>{description}</p>{cards}</main>", title)

    made = extract_page(page(body, final_url=PLACE + address), SOURCE)

    assert isinstance(made, Rejection)
    assert made.reason == Reason.LISTING
