"""The six page shapes that Arabic newsrooms print most, one sentence for another: the text comes out exactly."""

from __future__ import annotations

import pytest

from tests.test_extract import BODY, TITLE, article, page

SITE = "صحيفة الجسر"
MENU = (
    '<header id="masthead" class="site-header"><nav class="main-nav"><ul><li><a href="/">الرئيسية</a></li>'
    '<li><a href="/c/1">محليات</a></li><li><a href="/c/2">اقتصاد</a></li><li><a href="/contact">اتصل بنا</a></li></ul>'
    "</nav></header>"
)
FOOT = (
    '<aside id="secondary"><section class="widget"><h3>الأكثر قراءة</h3><ul><li><a href="/1">ارتفاع أسعار الخبز في '
    'المدينة</a></li></ul></section></aside><footer class="site-footer"><p>جميع الحقوق محفوظة © 2026 صحيفة الجسر</p>'
    '<ul><li><a href="/about">من نحن</a></li></ul></footer><div '
    'id="cookie-law-info-bar"><span>يستخدم هذا الموقع ملفات '
    'تعريف الارتباط لتحسين تجربتك. <a href="/privacy">اقرأ المزيد</a> <button>موافق</button></span></div>'
)
FORM = (
    '<div id="respond" class="comment-respond"><h3 id="reply-title">اترك تعليق <small><a href="#respond" '
    'style="display:none">إلغاء الرد</a></small></h3><form><p class="comment-notes">لن يتم نشر '
    "عنوان بريدك الإلكتروني. "
    "الحقول الإلزامية مشار إليها بـ *</p><p><label>التعليق</label><textarea></textarea></p><p>احفظ اسمي وبريدي في هذا "
    'المتصفح للمرة المقبلة.</p></form><p class="akismet">يستعمل هذا الموقع Akismet لتقليل التعليقات المزعجة.</p></div>'
)
RELATED = (
    '<div class="related"><h4>أخبار ذات صلة</h4><ul><li><a href="/2">معرض الكتاب يفتح أبوابه</a></li>'
    '<li><a href="/3">حملة تلقيح للأطفال</a></li></ul></div>'
)
LINES = "\n".join(f"<p>{line}</p>" for line in BODY)
SHAPES = {
    "magazine theme": '<div class="td-crumb-container"><div class="entry-crumbs"><a href="/">الرئيسية</a> '
    f'<span class="td-bred-no-url-last">{TITLE}</span></div></div><div '
    'class="td-post-content-area"><article class="post '
    f'hentry"><div class="td-post-header"><ul class="td-category"><li><a href="/c">أخبار</a></li></ul><header><h1 '
    f'class="entry-title">{TITLE}</h1><div class="td-module-meta-info"><div class="td-post-author-name"><div '
    'class="td-author-by">بواسطة</div> <a href="/author/admin">فريق التحرير</a></div><span class="td-post-date"><time '
    'datetime="2026-11-20T10:15:00+00:00">20 نوفمبر، 2026</time></span><div '
    'class="td-post-comments"><a href="#respond">0'
    '</a></div><div class="td-post-views"><span>84</span></div></div></header></div><div class="td-post-sharing">'
    f'<span>مشاركة</span><a href="#">Facebook</a><a href="#">Twitter</a></div><div '
    f'class="td-post-content">{LINES}</div>'
    '<footer><div class="td-post-source-tags"><ul '
    'class="td-tags"><li><span>الوسوم</span></li><li><a href="/t">جسور</a>'
    '</li></ul></div><div class="td-block-row td-post-next-prev"><div><span>المقالة '
    'السابقة</span><a href="/4">فوز فريق '
    f"المدينة</a></div></div></footer></article>{RELATED}{FORM}</div>",
    "old theme with a counter": '<div class="content"><article class="post-listing post"><div class="post-inner"><h1 '
    f'class="name post-title entry-title"><span itemprop="name">{TITLE}</span></h1><p class="post-meta"><span '
    f'class="post-comments"><a href="#respond">0</a></span></p><div class="entry"><p>&nbsp;</p>{LINES}</div><div '
    'class="share-post"><span class="share-text">مشاركة المقال !</span><ul '
    'class="flat-social"><li><a href="#"><i></i></a>'
    f'</li></ul></div></div></article><div id="comments">{FORM}</div></div>',
    "plain theme with share buttons in the text": '<main id="main"><article class="post type-post entry"><header '
    f'class="entry-header"><h1 class="entry-title">{TITLE}</h1></header><div class="entry-content">{LINES}<div '
    'class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block"><h3 '
    'class="sd-title">شارك هذا الموضوع:'
    '</h3><div class="sd-content"><ul><li><a href="?share=facebook" title="انقر للمشاركة على '
    'فيسبوك"><span>انقر للمشاركة '
    'على فيسبوك (فتح في نافذة جديدة)</span></a></li><li><a href="#print"><span>اضغط للطباعة (فتح في '
    'نافذة جديدة)</span>'
    '</a></li></ul></div></div></div><div class="sharedaddy sd-block sd-like"><h3 '
    'class="sd-title">معجب بهذه:</h3><span>'
    f'إعجاب</span> <span>تحميل...</span></div></div></article><div id="comments">{FORM}</div></main>',
    "content system with a byline in a footer": '<main role="main"><article role="article" '
    'class="node node--type-article">'
    f'<h1 class="node__title page-title"><span class="field field--name-title">{TITLE}</span></h1><footer '
    'class="node__meta"><div class="node__submitted">أضافه <span><a href="/u">مدير</a></span> في '
    'جمعة, 11/20/2026 - 10:15'
    '</div></footer><div class="tools"><a href="#">تكبير الخط</a> <a href="#">تصغير الخط</a> <a '
    'href="/print/1">طباعة</a> '
    f'<a href="/mail/1">أرسل لصديق</a></div><div class="node__content"><div class="text-formatted field '
    f'field--name-body">{LINES}</div><div class="field field--name-field-tags"><div class="field__label">الوسوم</div>'
    '<div><a href="/t">جسور</a></div></div></div></article></main>',
    "tables": '<table width="980"><tr><td colspan="2"><a href="/">الرئيسية</a> | <a href="/s">محليات</a></td></tr><tr>'
    f'<td width="700" valign="top"><font size="5"><b>{TITLE}</b></font><br><font '
    'size="2">20/11/2026 - 10:15 | القراءات: '
    f"84 | التعليقات (0)</font><br><br>{'<br><br>'.join(BODY)}<br><br><a href=/p>طباعة</a> | <a href=/m>أرسل لصديق</a>"
    '<br></td><td valign="top"><b>أخبار ذات صلة</b><br><a href="/2">معرض الكتاب</a></td></tr></table>',
}  # fmt: skip


@pytest.mark.parametrize("charset", ["utf-8", "windows-1256"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_text_of_every_shape_is_exact_in_either_charset(shape: str, charset: str) -> None:
    body = (
        f'<!doctype html><html dir="rtl" lang="ar"><head><meta charset="{charset}"><title>{TITLE} - {SITE}</title>'
        f'<meta property="og:title" content="{TITLE}"><meta property="og:type" content="article"></head>'
        f'<body class="rtl single">{MENU}{SHAPES[shape]}{FOOT}</body></html>'
    )

    made = article(body.encode(charset))

    assert (made.title, made.text.split("\n")) == (TITLE, BODY)


def test_a_sentence_with_two_readers_comments_is_the_sentence() -> None:
    comments = "".join(
        f'<li class="comment"><article class="comment-body"><footer class="comment-meta"><b '
        f'class="fn">{name}</b> <span '
        f'class="says">يقول</span>: <time>27 نوفمبر، 2026 الساعة 11:02</time></footer><div '
        f'class="comment-content"><p>{said}'
        '</p></div><div class="reply"><a href="#">رد</a></div></article></li>'
        for name, said in [("أبو سليم", "ننتظر افتتاحه منذ عامين كاملين، والحمد لله أنه صار آمناً لأولادنا وأهلنا."),
                           ("قارئة", "نرجو أن تبقى السيارات بعيدة عنه كما وعدتنا البلدية في بيانها الأخير.")]
    )  # fmt: skip
    shape = (
        f'<main><article class="post hentry"><h1 class="entry-title">{TITLE}</h1><div '
        f'class="entry-content"><p>{BODY[0]}</p>'
        f'</div></article><div id="comments"><h2>تعليقان على “{TITLE}”</h2><ol '
        f'class="comment-list">{comments}</ol>{FORM}</div>'
        "</main>"
    )

    made = article(f"<html lang=ar><head><title>{TITLE}</title></head><body>{MENU}{shape}{FOOT}</body></html>")

    assert made.text == BODY[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_fifth_time_gives_what_the_first_gave(shape: str) -> None:
    given = page(f"<html lang=ar><head><title>{TITLE}</title></head><body>{MENU}{SHAPES[shape]}{FOOT}</body></html>")

    assert len({article(given.body).text for _ in range(5)}) == 1
