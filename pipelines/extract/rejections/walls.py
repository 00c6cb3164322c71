"""The sentences of pages that are no article, such as walls and error pages, in the languages in which we meet them.

Phrases stand here as a site prints them, and are compared by their key. So spelling, case and punctuation do not count.
A phrase alone proves nothing: articles write about cookies, captchas and missing pages too. A phrase counts only in a
title that says hardly anything else, or in a short line of a page without other text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.extract.phrases import key
from pipelines.text import UNSPACED, words

# A title may have at most this many words besides the phrase. Chosen: there is room for a site's name and a number.
HEADING_EXTRA = 4
# A line is searched for phrases only if it has at most this many words; in scripts without blanks each letter counts as
# a word. Chosen: a longer line is prose.
LINE_WORDS = 25
# A line with more characters than this is not searched, and its words are not counted. Chosen: such a line has more
# than LINE_WORDS words.
LONGEST_LINE_CHARACTERS = 400
UNSPACED_START = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True)
class Wall:
    """The phrases of one kind of page.

    phrases: searched in titles and in short lines.
    headings: searched only in titles.
    whole: must be the whole of a title or line.
    """

    phrases: tuple[str, ...]
    headings: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()


def match_title(wall: Wall, title: str) -> str:
    """The phrase that is the whole title, apart from a site's name; empty if the title says something else."""
    its_key = key(title)
    if its_key in wall.whole:
        return its_key
    count = words(its_key)
    for phrase in (*wall.phrases, *wall.headings):
        if holds(its_key, phrase) and count <= words(phrase) + HEADING_EXTRA:
            return phrase
    return ""


def find_phrase(wall: Wall, lines: Iterable[str]) -> str:
    """The first phrase in a short line; empty if no short line has one."""
    for line in lines:
        if len(line) > LONGEST_LINE_CHARACTERS or words(line) > LINE_WORDS:
            continue
        its_key = key(line)
        if its_key in wall.whole:
            return its_key
        for phrase in wall.phrases:
            if holds(its_key, phrase):
                return phrase
    return ""


def subjects(line: str) -> int:
    """How many subjects of a consent wall a line names."""
    its_key = key(line)
    return sum(subject.search(its_key) is not None for subject in SUBJECTS)


def holds(its_key: str, phrase: str) -> bool:
    """Whether a text contains a phrase; both are keys. In a script with blanks, the phrase must begin where a word
    begins."""
    return f" {phrase}" in f" {its_key}" or (UNSPACED_START.match(phrase) is not None and phrase in its_key)


def _keys(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(k for k in (key(phrase) for phrase in re.split(r"[;\n]", text)) if k))


def _wall(phrases: str, headings: str = "", whole: str = "") -> Wall:
    return Wall(_keys(phrases), _keys(headings), frozenset(_keys(whole)))


CHALLENGE = _wall(
    """
    checking your browser; checking if the site connection is secure; verify you are human; verify you are a human
    verify that you are human; verifying you are human; verify that you are not a robot; you are not a robot
    are you a robot; enable javascript and cookies to continue; please complete the security check
    unusual traffic from your computer network; needs to review the security of your connection
    access to this page has been denied; pardon our interruption; request unsuccessful; incapsula incident
    ddos protection by; complete the captcha; press and hold to confirm; you have been blocked
    التحقق من أنك إنسان; التحقق من أنك لست روبوت; تأكد من أنك لست روبوت; أثبت أنك لست روبوت; أنا لست برنامج روبوت
    جاري التحقق من المتصفح; جار التحقق من متصفحك; يحتاج إلى مراجعة أمان اتصالك; تم حظر وصولك
    تأیید کنید که انسان هستید; شما ربات نیستید; من ربات نیستم; در حال بررسی مرورگر
    בודקים שאינך רובוט; אשר שאינך רובוט; לאשר שאינך רובוט; לוודא שאינך רובוט
    پشتڕاست بکەرەوە کە مرۆڤیت; تصدیق کریں کہ آپ انسان ہیں
    insan olduğunuzu doğrulayın; robot olmadığınızı; tarayıcınız kontrol ediliyor
    проверка браузера; подтвердите что вы не робот; подтвердите что вы человек; доступ к сайту заблокирован
    vérifiez que vous êtes humain; vous n êtes pas un robot; vérification de votre navigateur
    bestätigen sie dass sie ein mensch; dass sie kein roboter sind; ihr browser wird überprüft
    verifica que eres humano; que no eres un robot; comprobando su navegador
    verifica di essere umano; verificare che sei umano; verifique que você é humano; sprawdzanie przeglądarki
    אמת שאתה אנושי; אני לא רובוט; 确认您是真人; 正在检查您的浏览器; 請完成安全檢查; 私はロボットではありません
    로봇이 아닙니다
    """,
    """
    just a moment; attention required; security check; security verification; robot check; human verification
    access denied; please wait; التحقق الأمني; فحص الأمان; يرجى الانتظار; تم رفض الوصول; güvenlik kontrolü
    проверка безопасности; доступ запрещен; sicherheitsüberprüfung; zugriff verweigert; accès refusé; acceso denegado
    """,
    """
    لحظة; لحظة من فضلك; لحظه ای صبر کنید; bir dakika lütfen; bir saniye lütfen; один момент; un instant; un momento
    um momento; einen moment; einen moment bitte; nur einen moment; 请稍候; 請稍候; しばらくお待ちください
    잠시만 기다리십시오
    captcha; ddos guard
    """,
)
NOT_FOUND = _wall(
    """
    page not found; page was not found; page could not be found; page can t be found; page cannot be found
    article not found; article was not found; content not found; file not found; document not found; story not found
    url was not found; page does not exist; page doesn t exist; page no longer exists; page you requested
    page you are looking for; page you were looking for; page is no longer available; article is no longer available
    nothing was found at this location; has been moved or deleted; page has moved; find that page
    find the page you were looking for; find the page you are looking for; article you are looking for no longer exists
    article you are looking for; article you were looking for; article no longer exists; article has been removed
    story you are looking for; no longer available on this site
    الصفحة غير موجودة; الصفحة المطلوبة; لم يتم العثور على الصفحة; لم يتم العثور على المحتوى; لم يتم العثور على المقال
    لم يتم العثور على أي; الصفحة التي تبحث عنها; الصفحة التي تحاول الوصول; المحتوى غير موجود; الخبر غير موجود
    هذا الخبر غير متوفر; هذا المقال غير متوفر; هذه المادة غير متوفرة; الخبر غير متاح; المادة غير موجودة
    تم حذف الخبر; تم حذف هذا الخبر; الصفحة غير متوفرة; الصفحة غير متاحة
    المقال غير موجود; المقال غير متاح; الرابط غير صحيح; لم نتمكن من العثور على الصفحة; هذه الصفحة لم تعد متوفرة
    صفحه مورد نظر; صفحه یافت نشد; صفحه پیدا نشد; صفحه درخواستی; صفحه ای که دنبال آن; مطلب مورد نظر یافت نشد
    خبر یافت نشد; خبر مورد نظر یافت نشد; خبر پیدا نشد; مطلب یافت نشد; این خبر حذف شده است
    صفحہ نہیں ملا; مطلوبہ صفحہ; پەڕەکە نەدۆزرایەوە; ئەم پەڕەیە بوونی نییە
    הדף לא נמצא; הדף המבוקש לא נמצא; העמוד לא נמצא; העמוד המבוקש לא נמצא; הכתבה לא נמצאה
    sayfa bulunamadı; aradığınız sayfa; sayfa mevcut değil; haber bulunamadı; rûpel nehat dîtin
    страница не найдена; страницу не найти; запрашиваемая страница; такой страницы не существует; материал не найден
    сторінку не знайдено; сторінка не знайдена; page introuvable; page demandée; cette page n existe
    article introuvable
    seite nicht gefunden; seite wurde nicht gefunden; seite existiert nicht; artikel nicht gefunden
    artikel existiert nicht
    página no encontrada; página no existe; página que buscas; página que busca; artículo no encontrado
    página não encontrada; página não existe; pagina non trovata; pagina non esiste
    pagina che cerchi; pagina che stai cercando; pagina richiesta
    articolo non trovato; página que procura; artigo não encontrado; artikel niet gevonden; pagina bestaat niet
    страницата не е намерена; страницата не съществува; статията не е намерена; stranica nije pronađena
    stranica ne postoji; страница није пронађена; strani ni mogoče najti; stránka sa nenašla; stránka neexistuje
    puslapis nerastas; lapa nav atrasta; lehte ei leitud; səhifə tapılmadı; bet tabılmadı; бет табылмады
    sahifa topilmadi; faqja nuk u gjet; halaman tidak dijumpai; artikel tidak ditemukan; ukurasa haujapatikana
    bogga lama helin; ไม่พบหน้า; ไม่พบบทความ; pagina niet gevonden
    sidan hittades inte; siden ble ikke funnet; siden blev ikke fundet; sivua ei löytynyt; nie znaleziono strony
    strona nie istnieje; strona nie została znaleziona; stránka nenalezena; pagina nu a fost gasita
    pagina nu a fost găsită; pagina nu există
    az oldal nem található
    η σελίδα δεν βρέθηκε; halaman tidak ditemukan; không tìm thấy trang; पृष्ठ नहीं मिला; পাতাটি পাওয়া যায়নি
    页面不存在; 页面未找到; 找不到页面; 找不到网页; 您访问的页面; 文章不存在; 頁面不存在; 找不到頁面
    ページが見つかりません; お探しのページ
    페이지를 찾을 수 없습니다; 존재하지 않는 페이지
    rûpel nehate dîtin; پاڼه ونه موندل شوه; هذا الخبر لم يعد متاحا; هذا المقال لم يعد متاحا
    الصفحة التي طلبتها غير موجودة; الصفحة التي طلبتها غير متوفرة; الصفحة التي طلبتها غير متاحة
    صفحه‌ای که به دنبال آن هستید; صفحه‌ای که به دنبال آن بودید; صفحه‌ای که به دنبال آن می‌گردید
    aradığınız içerik bulunamadı; cette page est introuvable; page que vous cherchez est introuvable
    article que vous cherchez est introuvable; article que vous cherchez n existe; contenido que buscas no existe
    contenido que buscas no está disponible; diese seite gibt es leider nicht; diese seite gibt es nicht mehr
    gesuchte seite konnte nicht gefunden werden; gesuchte seite konnte leider nicht gefunden werden
    gesuchte artikel konnte nicht gefunden werden; gesuchte artikel konnte leider nicht gefunden werden
    gesuchte artikel wurde nicht gefunden; gesuchte artikel ist nicht mehr verfügbar
    gesuchte seite ist nicht mehr verfügbar; страница удалена или не существует; страница удалена или перемещена
    материал который вы ищете не найден; материал который вы ищете удален; страница которую вы ищете не найдена
    страница которую вы ищете не существует; conteúdo que procura não existe; conteúdo que procura não foi encontrado
    გვერდი ვერ მოიძებნა; էջը չի գտնվել
    """,
    "error 404; erreur 404; fehler 404; خطأ 404; خطای 404; hata 404; ошибка 404; 404 not found; 404 error; 404 page",
    """
    404; not found; oops; error; خطأ; nothing found; nothing found for; no results found; لا توجد نتائج; لم نجد شيئا
    لم نعثر على ما تبحث عنه; عذرا لم نعثر على ما تبحث عنه; الصفحة التي طلبتها; içerik bulunamadı; aradığınız içerik
    aradığınız haber; contenu introuvable; la page est introuvable; no encontramos esa página; no encontramos la página
    lo sentimos no encontramos esa página; lo sentimos no encontramos la página; seite gibt es nicht
    diese seite gibt es nicht; die seite gibt es nicht; die seite gibt es leider nicht; gesuchte seite; gesuchte artikel
    страница удалена; эта страница удалена; страница была удалена; материал удален; этот материал удален
    материал был удален
    """,
)
FAILURE = _wall(
    """
    internal server error; bad gateway; service unavailable; service temporarily unavailable; gateway timeout
    gateway time out; error establishing a database connection; database connection error; database error
    web server is down; site is down for maintenance; site is under maintenance; temporarily down for maintenance
    website is under construction; site is temporarily unavailable; there has been a critical error on this website
    the website encountered an unexpected error; this account has been suspended; this domain is for sale
    domain is parked; buy this domain; bandwidth limit exceeded; resource limit is reached; connection timed out
    application error; too many requests; something went wrong
    الموقع تحت الصيانة; الموقع قيد الصيانة; الموقع مغلق للصيانة; الموقع متوقف; الموقع قيد الإنشاء; خطأ في الخادم
    خطأ في الاتصال بقاعدة البيانات; حدث خطأ غير متوقع; حدث خطأ ما; الخدمة غير متوفرة; تم إيقاف الموقع
    ماڵپەڕەکە لە ژێر چاککردنەوەدایە; ہماری ویب سائٹ مرمت کے لیے بند; sitemiz bakımda
    سایت در دست تعمیر; خطای سرور; خطا در برقراری ارتباط با پایگاه; האתר בתחזוקה; שגיאת שרת
    site bakımda; bakım çalışması; sunucu hatası; veritabanı bağlantısı kurulurken hata
    сайт на обслуживании; ведутся технические работы; внутренняя ошибка сервера; сервис временно недоступен
    technische störung; wartungsarbeiten; interner serverfehler; fehler beim aufbau einer datenbankverbindung
    site en maintenance; erreur interne du serveur; erreur lors de la connexion à la base de données
    sitio en mantenimiento; error interno del servidor; error al establecer una conexión con la base de datos
    sito in manutenzione; errore interno del server; site em manutenção; erro interno do servidor; 网站维护; 服务器错误
    """,
    "error 500; error 502; error 503; 500 error; 502 error; 503 error; fatal error; under maintenance; index of",
    """
    500; 502; 503; 504; maintenance; under construction; coming soon; الصيانة; قريبا; wartung; bakım; האתר בשיפוצים
    האתר סגור לרגל תחזוקה; האתר סגור זמנית לרגל תחזוקה; سائٹ مرمت کے لیے بند; سائٹ مرمت کے لیے بند ہے
    یہ سائٹ مرمت کے لیے بند ہے; ویب سائٹ مرمت کے لیے بند ہے; سایت در حال به روزرسانی; سایت در حال به روزرسانی است
    سایت در حال به‌روزرسانی; سایت در حال به‌روزرسانی است
    """,
)
REGION = _wall(
    """
    not available in your region; not available in your country; unavailable in your region; unavailable in your country
    unavailable in your location; unavailable for legal reasons; not available in the european economic area
    currently unavailable in most european countries; cannot be accessed from your country
    our european visitors are important to us; access from the european economic area
    غير متاح في بلدك; غير متوفر في بلدك; غير متاح في منطقتك; غير متوفر في منطقتك; در کشور شما در دسترس نیست
    ülkenizde kullanılamıyor; недоступен в вашей стране; недоступен в вашем регионе
    in ihrem land nicht verfügbar; n est pas disponible dans votre pays; no está disponible en su país
    """,
    "unavailable due to legal reasons; 451 unavailable",
)
CONSENT = _wall(
    """
    before you continue; we value your privacy; we and our partners; we care about your privacy; your privacy matters
    is part of the yahoo family; store and or access information on a device; this site uses cookies
    we use cookies; consent to the use; cookies and similar technologies; accept all cookies; accept cookies
    bevor sie fortfahren; bevor sie zu; wir und unsere partner; wir verwenden cookies; ihre privatsphäre ist uns wichtig
    mit werbung und tracking; cookies akzeptieren; avant de continuer; avant d accéder; nous et nos partenaires
    nous utilisons des cookies; le respect de votre vie privée; accepter les cookies; continuer sans accepter
    antes de continuar; nosotros y nuestros socios; usamos cookies; utilizamos cookies; nos importa tu privacidad
    noi e i nostri partner; prima di continuare; nós e os nossos parceiros; wij en onze partners; wij gebruiken cookies
    my i nasi partnerzy; vi och våra partners; vi och våra samarbetspartners; vi og våre partnere; vi og vores partnere
    gizliliğinize önem veriyoruz; çerezleri kullanıyoruz; çerez kullanıyoruz; мы используем файлы cookie
    мы используем cookie
    نحن وشركاؤنا; نحن نقدر خصوصيتك; نقدر خصوصيتك; نهتم بخصوصيتك; خصوصيتك تهمنا; قبل المتابعة; قبل أن تتابع
    نستخدم ملفات تعريف الارتباط; يستخدم هذا الموقع ملفات تعريف الارتباط; يستخدم موقعنا ملفات تعريف الارتباط
    ما و شرکایمان; به حریم خصوصی شما احترام; حریم خصوصی شما برای ما; از کوکی ها برای; پذیرفتن همه کوکی
    respectăm confidențialitatea; noi și partenerii noștri; folosim cookie; utilizăm cookie; ми та наші партнери
    プライバシーを尊重; プライバシーを大切に; 当社とパートナー; cookie を使用; 我们重视您的隐私; 我们和我们的合作伙伴
    我們重視您的隱私; 我們和合作夥伴; 使用 cookie; 개인정보를 소중히; 쿠키를 사용
    אנו מעריכים את פרטיותך; אנחנו והשותפים שלנו
    אנו והשותפים שלנו; הפרטיות שלך חשובה לנו; chúng tôi và các đối tác; kami dan mitra kami; kami menghargai privasi
    mi és partnereink; my a naši partneři; my a naši partneri; mi i naši partneri; ние и нашите партньори
    me ja kumppanimme; εμείς και οι συνεργάτες μας; biz və tərəfdaşlarımız; मी और हमारे भागीदार; हम और हमारे भागीदार
    موافق على ملفات تعريف الارتباط; از کوکی ها استفاده; אנו משתמשים בעוגיות; 我们使用cookie; cookieを使用
    """,
    """
    privacy settings; privacy preferences; privacy choices; cookie consent; cookie settings; cookie preferences
    إعدادات الخصوصية; إعدادات ملفات تعريف الارتباط; datenschutzeinstellungen; privatsphäre einstellungen
    paramètres de confidentialité; gestion des cookies; configuración de privacidad; gizlilik ayarları; çerez ayarları
    """,
)
# The buttons that end a consent wall have these labels.
BUTTONS = _keys(
    """
    accept all; accept cookies; accept and continue; agree and continue; reject all; i agree; manage options
    manage preferences; manage settings; more options; alle akzeptieren; alle ablehnen; zustimmen; einverstanden
    tout accepter; tout refuser; j accepte; accepter et fermer; accepter et continuer; aceptar todo; aceptar y continuar
    rechazar todo; accetta tutto; accetta e continua; aceitar todos; alles accepteren; akkoord; godkänn alla; godta alle
    kabul et; tümünü kabul et; принять все; принять; akceptuję; zaakceptuj wszystko; قبول الكل; قبول الجميع
    أوافق; موافق
    رفض الكل; إدارة الخيارات; قبول; می پذیرم; אני מסכים; 全部接受; 同意; すべて同意
    """
)
CONSENT_WORDS = re.compile(
    r"\b(?:cookies?|consent\w*|privacy|partners?|vendors?|personal data|preferences|datenschutz\w*|einwilligung\w*|"
    r"partner\w*|werbung|tracking|consentement|confidentialité|partenaires|données|consentimiento|privacidad|socios|"
    r"çerez\w*|gizlilik|конфиденциальност\w*|"
    r"\w*كوكيز|\w*كوكي\w*|تعريف الارتباط|"
    r"\w*خصوصيه|\w*خصوصيتك|\w*شركا(?:ونا|ءنا|ينا|ئنا|ؤنا)|"
    r"\w*موافقه|\w*موافقتك|البيانات الشخصيه|بياناتك)|"
    r"同意|プライバシー|個人データ|隐私|隱私|个人数据|동의|개인정보"
)
# These are the subjects of a consent wall, each with the beginnings of the words that name it. No two sites have the
# same sentences, but each consent wall names most of these subjects, and hardly anything else is on its page.
SUBJECTS = tuple(
    # In scripts without blanks a word may begin anywhere.
    re.compile("|".join(("" if UNSPACED_START.match(word) else r"(?<!\w)") + key(word) for word in words_.split(";")))
    for words_ in (
        "permission;consent;agree;accord;consentement;zustimm;einwillig;einverstand;"
        "permiso;consentimiento;consenso;"
        "accett;zgod;zgad;izin;izn;onay;riza;rıza;اذن;باذن;موافق;الموافق;согласи;соглас;"
        "toestemming;samtyk;samtyck;consimt;souhlas;"
        "suostum;згод;pristan;привол;privol;съглас;persetuj;permís;súhlas;soglas;"
        "đồng ý;सहमति;ยินยอม;sutik;piekrit;nõusol;"
        "hozzajarul;hozzájárul;συγκατ;συναιν;הסכמ;رضايت;رضایت;autoriza;ההסכמ;consimț;"
        "בהסכמ;מההסכמ;אני מסכים;ڕەزامەند;رضامندی;razîbûn;razılıq;সম্মতি;"
        "consimt;同意;동의",
        "partner;partenaire;socio;socis;parceir;ortag;ortağ;iş ortak;شريك;شركا;وشركا;партн;شرکا;"
        "kumppan;đối tác;भागीदार;พันธมิตร;"
        "συνεργατ;συνεργάτ;שותפ;השותפ;והשותפ;partener;"
        "هاوبەش;شراکت دار;hevpar;tərəfdaş;অংশীদার;"
        "mitra;合作伙伴;合作夥伴;パートナー;파트너",
        "device;appareil;terminal;gerat;gerät;endgerat;endgerät;dispositiv;urzadzen;"
        "urządzen;cihaz;جهاز;علي جهاز;устройств;"
        "apparaat;enhet;enhed;laittee;пристро;uređaj;perangkat;dispositi;zariaden;naprav;thiết bị;डिवाइस;อุปกรณ์;"
        "zarizen;zařízen;eszkoz;eszköz;συσκευ;מכשיר;دستگاه;设备;端末;"
        "במכשיר;למכשיר;ئامێر;آلے;ڈیوائس;amûr;ডিভাইস",
        "personal data;données personnelles;données à caractère personnel;"
        "personenbezogene;datos personales;dati personali;"
        "dane osobowe;danych osobowych;kişisel veri;بياناتك;بيانات شخصي;البيانات الشخصي;"
        "персональн;dados pessoais;"
        "persoonsgegevens;personuppgift;personoplysning;personopplysning;persondata;osobní údaj;osobné údaj;"
        "osobne podat;"
        "osobni podac;osebne podat;henkilötie;"
        "лични данни;личне податк;data pribadi;dades personals;dữ liệu cá nhân;व्यक्तिगत;"
        "személyes adat;προσωπικ;מידע אישי;נתונים אישיים;"
        "date personale;date cu caracter personal;داده های شخصی;داده‌های شخصی;اطلاعات شخصی;"
        "داتای کەسی;زانیاری کەسی;ذاتی ڈیٹا;ذاتی معلومات;daneyên kesane;şəxsi məlumat;ব্যক্তিগত;"
        "个人数据;个人信息;個人資料;個人データ;個人情報;개인정보",
        "advert;ads;publicit;werbung;anzeigen;publicid;pubblicit;reklam;اعلان;الاعلان;"
        "реклам;advertent;annons;annonc;hirdet;διαφημ;פרסום;mainon;mainos;oglas;oglaš;iklan;quảng cáo;विज्ञापन;"
        "تبليغ;تبلیغ;آگهی;reclam;פרסומ;ڕیکلام;اشتہار;বিজ্ঞাপন;"
        "广告;廣告;広告;광고",
        "cookie;kakor;informasjonskaps;eväst;kolačić;piškot;бисквит;колачић;galet;sütik;sütit;"
        "cerez;çerez;كوكي;ملفات الارتباط;ملفات تعريف;کوکی;куки;עוגיות;בעוגיות;쿠키;কুকি",
        "withdraw;change your mind;any time;retirer;tout moment;widerruf;jederzeit;"
        "retirar;en cualquier;cuando quieras;revoc;"
        "cambiare idea;ogni momento;wycof;każdej chwili;geri al;istediginiz zaman;"
        "istediğiniz zaman;سحب;في اي وقت;отозв;любое время;"
        "intrek;qualquer momento;aterkall;återkall;når som helst;när som helst;odvol;visszavon;retrag;milloin tahansa;"
        "відклик;будь коли;povući;povuć;bilo kojem tren;oduzm;оттегл;по всяко време;kapan saja;quan vulguis;kedykoľvek;"
        "هەر کاتێک;کسی بھی وقت;رضامندی واپس;istənilən vaxt;যেকোনো সময়;"
        "oricând;בכל עת;לבטל;پس بگیر;هر زمان;随时;隨時;撤回;いつでも;언제든지",
        "tracking;track you;suivi;ciblee;ciblée;seguimiento;profil;tracciament;sledz;"
        "śledz;takip;تتبع;отслежив;відстеж;проследяв;پیگیری;sporing;spårning;seuran;praćenj;pelacak;seguiment;sledenj;"
        "information on;"
        "informations sur;informationen auf;información en;informazioni sul;informacje na;"
        "bilgi sakl;معلومات علي",
    )
)
PAYWALL = _wall(
    """
    subscribe to continue; subscribe to read; subscribe to unlock; subscribe to keep reading; to continue reading
    to keep reading; to read the full; to read the rest; to unlock this article; for subscribers only; subscribers only
    only for subscribers; subscriber exclusive; exclusive to subscribers; this article is for subscribers
    this content is for subscribers; this content is for members; members only; log in to continue; login to continue
    log in to read; register to continue; register to read; sign in to continue; create a free account to
    already a subscriber
    you have reached your limit of free; you ve reached your limit of free; you have read your last free
    nur für abonnenten; jetzt weiterlesen; weiterlesen mit; mit einem abo weiterlesen; um weiterzulesen
    diesen artikel weiterlesen
    réservé aux abonnés; réservé à nos abonnés; abonnez vous pour; pour lire la suite; la suite est réservée
    il vous reste
    solo para suscriptores; exclusivo para suscriptores; suscríbete para; para seguir leyendo; para continuar leyendo
    exclusivo para assinantes; assine para ler; para continuar lendo; riservato agli abbonati; per continuare a leggere
    alleen voor abonnees; om verder te lezen; för prenumeranter; for abonnenter; dla prenumeratorów; żeby czytać dalej
    только для подписчиков; чтобы читать дальше; чтобы продолжить чтение; доступно по подписке
    abonelere özel; okumaya devam etmek için; devamını okumak için; sadece aboneler
    للمشتركين فقط; خاص بالمشتركين; حصري للمشتركين; هذا المحتوى للمشتركين; هذا المقال للمشتركين; اشترك لمتابعة القراءة
    اشترك لتتابع القراءة; اشترك لقراءة; سجل الدخول لمتابعة; سجل دخولك لمتابعة; لمتابعة القراءة; لإكمال القراءة
    لقراءة المقال كاملا
    anmelden und weiterlesen; nur für abonnentinnen; jetzt registrieren und weiterlesen; доступен только подписчикам
    доступно только подписчикам; только по подписке; aby czytać dalej; tylko dla subskrybentów; tylko dla prenumeratorów
    aby przeczytać cały; pour continuer la lecture; pour lire l intégralité; inicia sesión para; accedi per leggere
    log in om verder te lezen; logga in för att läsa; log ind for at læse; logg inn for å lese; pro předplatitele
    jen pro předplatitele; csak előfizetőknek; doar pentru abonați; само за абонати; лише для передплатників
    μόνο για συνδρομητές; giriş yapın ve okumaya; ادامه مطلب ویژه مشترکین; ویژه مشترکین; برای مطالعه کامل
    المقال للمشتركين; هذه المادة للمشتركين; هذه المقالة متاحة للمشتركين; سجل لمتابعة القراءة
    لقد استنفدت عدد المقالات; ویژه مشترکان; برای ادامه مطالعه; برای خواندن ادامه; מנויים בלבד; למנויים בלבד; להמשך קריאה
    כדי להמשיך לקרוא יש להתחבר; כדי להמשיך לקרוא יש להירשם; כדי להמשיך לקרוא התחברו; כדי להמשיך לקרוא הירשמו
    بۆ بەردەوامبوون لە خوێندنەوە بچۆ ژوورەوە; بۆ بەردەوامبوون لە خوێندنەوە خۆت تۆمار بکە
    پڑھنا جاری رکھنے کے لیے لاگ ان; پڑھنا جاری رکھنے کے لیے سائن ان; پڑھنا جاری رکھنے کے لیے سبسکرائب
    پڑھنا جاری رکھنے کے لیے رجسٹر
    订阅后阅读; 登录后继续阅读; 付费阅读; 会員限定; この記事は有料; 続きを読むには; 구독자 전용
    """
)
# These words of offers may be on every page of a site. So they count only in a text of a few words, or on a page that
# says that it is not free.
OFFER = _wall(
    """
    subscribe now; subscribe today; become a subscriber; become a member; jetzt abonnieren; abonnieren sie; abonnez vous
    je m abonne; suscríbete; assine já; abone ol; abone olun; оформите подписку; اشترك الآن; اشترك الان; انضم إلينا الآن
    """
)
