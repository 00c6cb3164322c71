"""The six page shapes that Arabic newsrooms print most."""

from __future__ import annotations

from tests.pages import BODY, TITLE

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
