"""Short month names, and month names of languages with few pages, as the Unicode CLDR lists them.

A name is valid only in its own language: «lip» is June in one language and July in another. Names of `months.py` are
not repeated here; a dash means that a month has no further name.
"""

from __future__ import annotations

SHORT = {
    "am": "ጃን|ጃንዋሪ ፌብ|ፌብሩዋሪ - ኤፕሪ - - - ኦገስ ሴፕቴ ኦክቶ ኖቬም ዲሴም",
    "az": "yan - - - - iyn iyl avq sen - noy dek",
    "be": "сту|студзень лют|люты сак|сакавік кра|красавік - чэр|чэрвень ліп|ліпень жні|жнівень вер|верасень "
    "кас|кастрычнік ліс|лістапад сне|снежань",
    "bg": "яну - - - - - - - сеп - ное -",
    "bn": "- ফেব - এপ্রি মে - জুল আগ সেপ|সেপ্ট অক্টো নভে ডিসে",
    "ca": "- - - - - - - ag - - - -",
    "cs": "led úno bře dub kvě čvn čvc srp zář říj lis pro",
    "cy": "ion chw|chwef maw ebr - meh gor|gorff - - hyd tach rhag",
    "el": "- - - - μάι - - - - - - -",
    "et": "jaan veebr - - - - - - - - - dets",
    "eu": "urt|urtarrila|urtarrilaren ots|otsaila martxoa api|apirila maiatza eka|ekaina uzt|uztaila "
    "abu|abuztua ira|iraila urr|urria aza|azaroa abe|abendua",
    "fi": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "ga": "ean feabh - aib beal meith - lún mfómh dfómh samh noll",
    "gl": "xan febreiro - - - - xul - - - - -",
    "gu": "જાન્યુ|જાન્યુઆરી ફેબ્રુ|ફેબ્રુઆરી માર્ચ એપ્રિલ મે જૂન જુલાઈ ઑગસ્ટ સપ્ટે|સપ્ટેમ્બર ઑક્ટો|ઑક્ટોબર "
    "નવે|નવેમ્બર ડિસે|ડિસેમ્બર",
    "he": "ינו פבר - אפר - - - אוג ספט אוק נוב דצמ",
    "hi": "- फ़र - - - - जुल अग सित अक्टू|अक्टू नव दिस",
    "hr": "sij velj ožu tra svi lip srp kol ruj lis stu pro",
    "hy": "հնվ փտվ մրտ ապր մյս հնս հլս օգս սեպ հոկ նոյ դեկ",
    "ka": "იან თებ მარ აპრ მაი ივნ ივლ აგვ სექ ოქტ ნოე დეკ",
    "kk": "қаң ақп нау сәу мам мау шіл там қыр қаз қар жел",
    "km": "មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ",
    "kn": "ಜನವರಿ ಫೆಬ್ರ|ಫೆಬ್ರವರಿ ಮಾರ್ಚ್ ಏಪ್ರಿ|ಏಪ್ರಿಲ್ ಮೇ ಜೂನ್ ಜುಲೈ ಆಗ|ಆಗಸ್ಟ್ ಸೆಪ್ಟೆಂ|ಸೆಪ್ಟೆಂಬರ್ "
    "ಅಕ್ಟೋ|ಅಕ್ಟೋಬರ್ ನವೆಂ|ನವೆಂಬರ್ ಡಿಸೆಂ|ಡಿಸೆಂಬರ್",
    "ku": "rbn|rêbendan|rêbendana sbt|sibata adr|adara nsn|nîsana gln|gulana hzr|hezîrana trm|tîrmeha "
    "tbx|tebaxa îln|îlona cot|cotmeha mjd|mijdara brf|berfanbara",
    "lo": "ມ.ກ|ມັງກອນ ກ.ພ|ກຸມພາ ມ.ນ|ມີນາ ມ.ສ|ເມສາ ພ.ພ|ພຶດສະພາ ມິ.ຖ|ມິຖຸນາ ກ.ລ|ກໍລະກົດ ສ.ຫ|ສິງຫາ ກ.ຍ|ກັນຍາ "
    "ຕ.ລ|ຕຸລາ ພ.ຈ|ພະຈິກ ທ.ວ|ທັນວາ",
    "lt": "saus|sausis vas|vasaris kov|kovas bal|balandis geg|gegužė birž|birželis liep|liepa "
    "rugp|rugpjūtis rugs|rugsėjis spal|spalis lapkr|lapkritis gruod|gruodis",
    "mk": "јан - - - - - - - сеп - ное -",
    "ml": "ജനു|ജനുവരി ഫെബ്രു|ഫെബ്രുവരി മാർ|മാർച്ച് ഏപ്രി|ഏപ്രിൽ മേയ് ജൂൺ ജൂലൈ ഓഗ|ഓഗസ്റ്റ് "
    "സെപ്റ്റം|സെപ്റ്റംബർ ഒക്ടോ|ഒക്‌ടോബർ നവം|നവംബർ ഡിസം|ഡിസംബർ",
    "mn": "1-рсар|нэгдүгээрсар 2-рсар|хоёрдугаарсар 3-рсар|гуравдугаарсар 4-рсар|дөрөвдүгээрсар "
    "5-рсар|тавдугаарсар 6-рсар|зургаадугаарсар 7-рсар|долоодугаарсар 8-рсар|наймдугаарсар "
    "9-рсар|есдүгээрсар 10-рсар|аравдугаарсар 11-рсар|арваннэгдүгээрсар 12-рсар|арванхоёрдугаарсар",
    "mr": "- फेब्रु|फेब्रुवारी - एप्रि|एप्रिल मे - जुलै ऑग|ऑगस्ट सप्टें|सप्टेंबर ऑक्टो|ऑक्टोबर "
    "नोव्हें|नोव्हेंबर डिसें|डिसेंबर",
    "ms": "- - - - - - - ogo - - - dis",
    "mt": "jannar fra|frar marzu - mej|mejju ġun|ġunju lul|lulju aww|awwissu settembru ottubru novembru "
    "diċembru",
    "my": "ဇန်နဝါရီ|ဇန် ဖေဖော်ဝါရီ|ဖေ မတ် ဧပြီ|ဧ မေ ဇွန် ဇူလိုင်|ဇူ ဩဂုတ်|ဩ စက်|စက်တင်ဘာ အောက်|အောက်တိုဘာ "
    "နိုဝင်ဘာ|နို ဒီဇင်ဘာ|ဒီ",
    "ne": "- फेब्रुअरी - - मे - - अगस्ट सेप्टेम्बर - नोभेम्बर डिसेम्बर",
    "pa": "ਜਨਵਰੀ ਫ਼ਰ|ਫ਼ਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈ|ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾ|ਜੁਲਾਈ ਅਗ|ਅਗਸਤ ਸਤੰ|ਸਤੰਬਰ ਅਕਤੂ|ਅਕਤੂਬਰ ਨਵੰ|ਨਵੰਬਰ "
    "ਦਸੰ|ਦਸੰਬਰ",
    "pl": "sty lut - kwi - cze lip sie wrz - lis gru",
    "ps": "- فېبروري - - مۍ - جولای اګست سېپتمبر - - -",
    "ru": "- февр - - - - - - - - - -",
    "si": "දුරුතු|ජනවාරි නවම්|පෙබරවාරි|පෙබ මැදින්|මාර්තු බක්|අප්‍රේල්|අප්රේල් වෙසක්|මැයි පොසොන්|ජූනි "
    "ඇසළ|ජූලි නිකිණි|අගෝස්තු|අගෝ බිනර|සැප්තැම්බර්|සැප් වප්|ඔක්තෝබර්|ඔක් ඉල්|නොවැම්බර්|නොවැ "
    "උඳුවප්|දෙසැම්බර්|දෙසැ",
    "sl": "- - - - - junij julij avg - - - -",
    "so": "jannaayo - - - maayo - lul ogosto|ogs seb|sebteembar - nof|noofeembar dis|diseembar",
    "sq": "- shk - pri - qer korr gush sht tet nën dhj",
    "sr": "јан феб - - - - - avg сеп - нов дец",
    "ta": "- பிப் மார் ஏப் மே - - ஆக செப் அக் நவ டிச",
    "te": "జనవరి ఫిబ్ర|ఫిబ్రవరి మార్చి ఏప్రి|ఏప్రిల్ మే జూన్ జులై ఆగ|ఆగస్టు సెప్టెం|సెప్టెంబర్ "
    "అక్టో|అక్టోబర్ నవం|నవంబర్ డిసెం|డిసెంబర్",
    "tg": "январ феврал - апрел - - - - сентябр октябр ноябр декабр",
    "tk": "ýan few - - - - - awg sen - noý dek",
    "ug": "يانۋار فېۋرال مارت ئاپرېل - ئىيۇن ئىيۇل ئاۋغۇست سېنتەبىر ئۆكتەبىر نويابىر دېكابىر",
    "uk": "січ лют бер квіт|кві трав|тра черв|чер лип серп|сер вер жовт|жов лист|лис груд|гру",
    "uz": "yan - - - - iyn iyl avg sen - noy dek",
    "vi": "tháng1|thg1 tháng2|thg2 tháng3|thg3 tháng4|thg4 tháng5|thg5 tháng6|thg6 tháng7|thg7 tháng8|thg8 "
    "tháng9|thg9 tháng10|thg10 tháng11|thg11 tháng12|thg12",
    "yi": "יאַנואַר|יאַנ|יאַן פֿעברואַר|פֿעב מערץ אַפּריל|אַפּר מיי יוני יולי אויגוסט|אויג סעפּטעמבער|סעפּ אָקטאָבער|אָקט "
    "נאָוועמבער|נאָוו דעצעמבער|דעצ",
    "zu": "- februwari mas|mashi eph|ephreli mey|meyi - julayi aga|agasti septhemba okthoba - dis|disemba",
}  # fmt: skip
