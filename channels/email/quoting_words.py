"""The words by which mail programs in many languages announce a quotation or a signature."""

# Ends the line above a quotation: "On Monday Ada wrote:".
WROTE = (
    "wrote", "writes", "ysgrifennodd", "schrieb", "schrieb am", "a écrit", "à écrit", "ecrit", "escribió",
    "escribio", "ha scritto", "scrisse", "schreef", "geschreven", "heeft geschreven", "napisał", "napisała",
    "napisał(a)", "napisal", "napisal(a)", "napsal", "napsal(a)", "napsala", "napísal", "skrev", "escreveu",
    "escreveu o seguinte", "kirjoitti", "написал", "написала", "написал(а)", "пишет", "писал", "írta",
    "a scris", "yazdı", "şunu yazdı", "έγραψε", "va escriure", "skrifaði", "napisao", "kirjutas", "rašė",
    "كتب", "كتبت", "كتب ما يلي", "نے لکھا", "لکھا", "نے تحریر کیا", "写道", "寫道", "のメール", "님이 작성",
    "sent", "has written", "a ecrit", "reageerde als volgt", "pisze", "pisal", "pisala", "napisao je", "napisala je",
    "menulis", "đã viết", "пише", "написа", "folgendes geschrieben", "geschrieben", "şunları yazdı", "ezt írta",
    "je napisal", "je napisala", "rakstīja", "parašė", "megírta", "wrote the following", "zapisal", "napísala",
    "כתב", "כתבה", "נכתב על ידי", "نوشت", "نوشته است", "schreef het volgende", "het volgende geschreven", "hat geschrieben",
)  # fmt: skip

# The same in scripts that put no space before it.
WROTE_UNSPACED = (
    "写道",
    "寫道",
    "的邮件",
    "のメール",
    "님이 작성",
    "ने लिखा",
    "さんは書きました",
    "เขียนว่า",
)

# Begins a line that names whom it quotes.
QUOTING = (
    "quoting", "quoted from", "zitat von", "citando a", "citando", "citation de", "citazione da", "citeren",
    "cytowanie", "wiadomość napisana przez", "missatge de", "mensaje citado por", "citerar", "citerer", "dyfynnu",
)  # fmt: skip

# Stands below a rule, above the messages that a ticket system or a forum repeats.
HISTORY = (
    "previous replies", "previous messages", "conversation history", "message history", "ticket history",
    "vorherige antworten", "frühere antworten", "nachrichtenverlauf", "réponses précédentes", "messages précédents",
    "respuestas anteriores", "mensajes anteriores", "risposte precedenti", "messaggi precedenti", "vorige antwoorden",
    "eerdere berichten", "poprzednie odpowiedzi", "tidligere svar", "tidigare svar", "respostas anteriores",
    "atebion blaenorol", "الردود السابقة",
)  # fmt: skip

# Begins that line, when it goes on over several.
OPENINGS = (
    "on", "le", "am", "el", "il", "il giorno", "in data", "op", "w dniu", "dnia", "den", "em", "ar", "på",
    "a las", "dne", "pe", "v", "w", "no dia", "il giorno", "da", "at", "kl", "vào", "tarihinde", "в",
    "بتاريخ", "في", "بتاريخ", "مورخہ", "بروز", "no", "às", "nel", "das", "în", "στις", "pada", "dňa", "dana", "在", "於", "于",
    "um", "lør", "a", "le", "ub", "در تاریخ", "בתאריך", "ב־", "v dne", "la data de", "em data", "els", "el dia", "vom",
)  # fmt: skip

# The fields of a header block above an unmarked quotation: who, when, to whom, about what.
LABELS = {
    "from": (
        "από", "מאת", "từ", "dari", "saatja", "nuo", "प्रेषक", "发件者", "寄信人", "보낸사람", "від кого", "от кого", "avsender", "afsender", "remitent",
        "from", "von", "de", "da", "van", "od", "fra", "från", "oddi wrth", "expéditeur", "remetente",
        "mittente", "afzender", "avsändare", "nadawca", "lähettäjä", "от", "від", "kimden", "gönderen",
        "feladó", "de la", "šalje", "odosielateľ", "差出人", "送信元", "发件人", "寄件者", "보낸 사람", "من",
        "منجانب", "از", "emisor", "absender", "odesílatel", "expeditor",
    ),
    "sent": (
        "sent on", "date sent", "στάλθηκε", "ημερομηνία", "נשלח", "תאריך", "ngày", "đã gửi", "dikirim", "tanggal", "enviat", "saadetud", "kuupäev", "išsiųsta", "nosūtīts", "изпратено", "भेजा गया", "दिनांक", "sent date", "发送日期", "寄件日期", "傳送時間", "時間", "时间", "受信日時", "보낸 시간", "anfonwyd ar", "ارسال شده", "gönderme tarihi", "wysłana", "vysláno", "відправлено", "посланo",
        "sent", "date", "sent on", "message du", "gesendet", "gesendet am", "datum", "envoyé", "envoyé le",
        "envoyée", "enviado", "enviado el", "enviado em", "enviada em", "enviada", "fecha", "inviato",
        "inviata", "data", "verzonden", "verstuurd", "wysłano", "wysłane", "sendt", "dato", "skickat",
        "anfonwyd", "dyddiad", "lähetetty", "päivämäärä", "отправлено", "дата", "відправлено",
        "надіслано", "tarih", "gönderildi", "gönderilme tarihi", "küldve", "elküldve", "dátum", "odesláno",
        "odoslané", "trimis", "poslano", "送信日時", "日付", "日期", "发送时间", "寄件日期", "보낸 날짜", "تاريخ", "أرسل",
        "التاريخ", "تاريخ الإرسال", "بھیجا گیا", "تاریخ",
    ),
    "to": (
        "προς", "אל", "đến", "tới", "kepada", "per a", "adressaat", "kam", "до", "प्रति", "收件者", "受信者", "宛て先", "收信人", "받는사람", "به", "za", "mottaker", "modtager", "mottagare", "destinatari",
        "to", "an", "à", "a", "para", "pour", "aan", "do", "dla", "til", "till", "at", "i", "vastaanottaja",
        "кому", "kime", "alıcı", "címzett", "komu", "pre", "prima", "către", "宛先", "送信先", "收件人",
        "받는 사람", "adresat", "إلى", "الى", "بنام", "destinataire", "destinatario",
    ),
    "cc": (
        "κοιν", "κοινοποίηση", "עותק", "副本", "抄送人", "참조", "رونوشت", "копие", "प्रतिलिपि", "copie conforme", "c.c.", "kopie an", "másolat",
        "cc", "kopie", "kopie (cc)", "copie", "copie à", "kopi", "dw", "copia", "copia a", "kopia",
        "kopia till", "kopio", "копия", "копія", "bilgi", "másolat", "másolatot kap", "kópia", "ks",
        "nusxa", "نسخة", "نقل", "cópia", "cópia para", "cd", "udw", "抄送",
    ),
    "reply": ("reply-to", "répondre à", "antwort an", "responder a", "rispondi a", "antwoord aan", "svar til"),
    "subject": (
        "θέμα", "נושא", "chủ đề", "tiêu đề", "subjek", "perihal", "assumpte", "teema", "tēma", "zadeva", "относно", "विषय", "主 题", "標題", "제 목", "ogg", "betrifft", "sujet du message",
        "subject", "betreff", "objet", "sujet", "asunto", "oggetto", "onderwerp", "temat", "emne", "ämne",
        "assunto", "pwnc", "testun", "aihe", "тема", "konu", "tárgy", "předmět", "predmet", "subiect",
        "件名", "主题", "主旨", "제목", "الموضوع", "موضوع", "عنوان",
    ),
}  # fmt: skip

# Between two rows of dashes, above a quotation.
ORIGINAL_MESSAGE = (
    "original message", "original", "reply message", "original appointment", "neges wreiddiol", "ursprüngliche nachricht",
    "originalnachricht", "message d'origine", "message original", "message d’origine", "mensaje original",
    "messaggio originale", "oorspronkelijk bericht", "origineel bericht", "wiadomość oryginalna",
    "oryginalna wiadomość", "pierwotna wiadomość", "oprindelig meddelelse", "oprindelig besked",
    "opprinnelig melding", "ursprungligt meddelande", "originalmeddelande", "mensagem original",
    "ursprüngliche mail", "ursprüngliche e-mail", "original-nachricht", "original-mail", "mail original", "courriel original",
    "message initial", "correo original", "původní e-mail", "původní mail", "özgün ileti", "orijinal ileti", "αρχικό μήνυμα",
    "邮件原件", "原邮件", "原始郵件", "原始訊息", "원본 메시지", "원본 메일", "izvorna poruka", "izvirno sporočilo", "originalbesked",
    "original e-mail", "original mail", "original email", "оригінальне повідомлення", "вихідне повідомлення", "neges gwreiddiol",
    "הודעה מקורית", "پیام اصلی", "missatge original", "pôvodná správa", "algne sõnum", "thư gốc", "pesan asli", "मूल संदेश",
    "alkuperäinen viesti", "исходное сообщение", "orijinal mesaj", "eredeti üzenet", "původní zpráva",
    "الرسالة الأصلية", "رسالة أصلية", "اصل پیغام", "原始邮件", "元のメッセージ", "mesaj original",
)  # fmt: skip

# Put below a message by the device that wrote it.
SENT_FROM = (
    "sent from", "sent via", "sent with", "get outlook for", "envoyé de", "envoyé depuis", "envoyé à partir",
    "télécharger outlook pour", "obtenir outlook pour", "von meinem", "gesendet von", "gesendet mit",
    "diese nachricht wurde von", "enviado desde", "enviado do", "enviado de", "enviado a partir",
    "obtener outlook para", "obter o outlook para", "inviato da", "ottieni outlook per", "scarica outlook per",
    "verzonden vanaf", "verstuurd vanaf", "verstuurd met", "verzonden met", "outlook voor", "wysłano z",
    "wysłane z", "pobierz outlook", "sendt fra", "hent outlook", "skickat från", "hämta outlook",
    "anfonwyd o", "anfonwyd gan", "lähetetty", "отправлено с", "iphone'umdan gönderildi", "von meinem iphone",
    "أرسلت من", "تم الإرسال من", "مرسل من", "میرے", "sent by", "mobile:", "sent using", "sent on the go", "sent through",
    "obtenez outlook", "holen sie sich outlook", "outlook für ios", "outlook für android", "inviato dal", "inviato con", "pobierz program outlook",
    "skaffa outlook", "hanki outlook", "odesláno z", "odoslané z", "надіслано з", "відправлено з", "发自我的", "发自", "發自我的",
    "أُرسلت من", "trimis de pe", "trimis din", "εστάλη από", "στάλθηκε από", "נשלח מ", "נשלח מה", "dikirim dari", "đã gửi từ", "được gửi từ",
    "enviat des del", "poslano s", "posláno z", "enviado con", "enviado com", "enviado via", "envoyé avec", "envoyé via",
    "gesendet über", "von outlook gesendet", "verzonden via", "sendt via", "skickat med", "sendt med", "wysłane przez",
    "download outlook", "kry outlook", "this email was sent from my", "this message was sent from my",
    "ارسال شده از", "saadetud minu", "saadetud seadmest", "از آیفون من",
)  # fmt: skip

# The same in languages that say it last; a device has to be named before it.
SENT_LAST = (
    "gesendet", "gesendet wurde", "gönderildi", "から送信", "傳送", "에서 보냄", "보냄", "بھیجا گیا", "بھیجا گیا ہے", "küldve", "herunterladen",
    "downloaden", "送信されました", "发送", "yollandı", "भेजा गया", "verschickt",
)  # fmt: skip

# What such a line names.
DEVICES = (
    "iphone", "ipad", "ios", "android", "galaxy", "samsung", "outlook", "blackberry", "huawei", "xiaomi", "nokia", "sony",
    "smartphone", "smart phone", "mobile phone", "tablet", "windows", "yahoo mail", "proton", "zoho", "gmx", "web.de",
    "gmail", "k-9", "k9", "thunderbird", "mail app", "aol", "mailbird", "spark", "airmail", "mail.ru", "yandex", "nine",
    "handy", "téléphone", "portable", "móvil", "telemóvel", "celular", "cellulare", "mobiel", "telefon", "puhelin", "my phone",
)  # fmt: skip

# A line of its own that takes leave; what follows it is a name and its particulars.
FAREWELLS = (
    "best regards", "kind regards", "warm regards", "warmest regards", "with kind regards", "regards",
    "best wishes", "many thanks", "yours sincerely", "yours faithfully", "sincerely", "cheers", "yours truly",
    "cofion", "cofion gorau", "cofion cynnes", "cofion caredig", "yn gywir", "dymuniadau gorau",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße",
    "freundliche grüsse", "viele grüße", "viele grüsse", "liebe grüße", "beste grüße", "herzliche grüße",
    "schöne grüße", "mfg", "lg", "vg", "gruß", "grüße", "cordialement", "bien cordialement", "bien à vous",
    "salutations", "sincères salutations", "amicalement", "meilleures salutations", "saludos", "un saludo",
    "atentamente", "saludos cordiales", "cordialmente", "un cordial saludo", "cordiali saluti",
    "distinti saluti", "saluti", "un saluto", "met vriendelijke groet", "met vriendelijke groeten",
    "vriendelijke groet", "groet", "groeten", "hartelijke groet", "mvg", "pozdrawiam", "z poważaniem",
    "z powazaniem", "serdecznie pozdrawiam", "pozdrowienia", "med venlig hilsen", "venlig hilsen",
    "med vennlig hilsen", "vennlig hilsen", "de bedste hilsner", "bedste hilsner", "hilsen", "mvh", "kh", "vh",
    "med vänlig hälsning", "med vänliga hälsningar", "vänliga hälsningar", "hälsningar", "atenciosamente",
    "cumprimentos", "com os melhores cumprimentos", "melhores cumprimentos", "abraço", "att", "s pozdravem",
    "ystävällisin terveisin", "с уважением", "مع التحية", "تحياتي", "مع أطيب التحيات", "والسلام", "آپ کا مخلص",
    "خیر اندیش",
)  # fmt: skip

# Above a forwarded message, alone on its line or between dashes.
FORWARDED = (
    "original message forwarded", "forwarded email", "forwarded e-mail", "fwd message", "message forwarded", "weitergeleitete mail",
    "weitergeleitete nachricht", "mail transféré", "courriel transféré", "e-mail transféré", "message transmis", "messaggio originale inoltrato",
    "messaggio reinviato", "correo reenviado", "inicio de mensaje reenviado", "reenviado mensaje", "doorgestuurde e-mail",
    "begin van doorgestuurd bericht", "doorgestuurde mail", "wiadomość przekazana", "wiadomość przesłana", "przesłana wiadomość",
    "początek przekazanej wiadomości", "videresendt mail", "start på videresendt meddelelse", "start på videresendt e-mail",
    "videresendt e-post", "begynnelse på videresendt e-post", "vidarebefordrad e-post", "vidarebefordrad mail", "början på vidarebefordrat meddelande",
    "början på vidarebefordrat brev", "vidarebefordrat e-postmeddelande", "mensagem enviada", "e-mail encaminhado",
    "início de mensagem reencaminhada", "início de mensagem encaminhada", "välitetty sähköposti", "edelleenlähetetty sähköposti",
    "edelleenlähetetty viesti alkaa", "přeposlaný e-mail", "přeposílaná zpráva", "začátek přeposlané zprávy", "preposlaný e-mail",
    "továbbított e-mail", "a továbbított üzenet kezdete", "iletilen e-posta", "iletilen mesaj", "yönlendirilmiş ileti", "iletilmiş mesaj",
    "yönlendirilmiş mesaj", "iletilen iletinin başlangıcı", "пересланное письмо", "пересылаемое письмо", "начало пересылаемого сообщения",
    "начало пересланного сообщения", "початок перенаправленого повідомлення", "переслане повідомлення",
    "προωθημένο μήνυμα", "έναρξη προωθημένου μηνύματος", "αρχή προωθημένου μηνύματος", "转发邮件", "转发邮件信息", "轉寄郵件", "轉寄的郵件", "開始轉寄郵件",
    "开始转发的邮件", "被转发邮件信息", "以下是转发的邮件", "전달된 메시지", "전달된 메일", "転送メッセージ", "転送元のメッセージ", "転送されたメール", "以下は転送メッセージです",
    "missatge reenviat", "inici del missatge reenviat", "posredovano sporočilo", "thư được chuyển tiếp", "pesan terusan", "mesaj redirecţionat",
    "începutul mesajului redirecționat", "הודעה שהועברה", "תחילת ההודעה שהועברה", "پیام فوروارد شده", "پیام بازارسال شده", "अग्रेषित संदेश",
    "رسالة محولة", "الرسالة المحولة", "بدء الرسالة المعاد توجيهها", "رسالة تم تحويلها", "بداية الرسالة المعاد توجيهها", "فارورڈ کردہ پیغام", "منتقل کردہ پیغام",
    "dechrau neges a anfonwyd ymlaen", "neges ymlaen", "neges wedi ei hanfon ymlaen",
    "forwarded message", "begin forwarded message", "start of forwarded message", "forwarded mail",
    "weitergeleitete nachricht", "weitergeleitete e-mail", "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail", "message transféré", "message réexpédié", "début du message transféré",
    "début du message réexpédié", "mensaje reenviado", "inicio del mensaje reenviado", "messaggio inoltrato",
    "inizio messaggio inoltrato", "inizio del messaggio inoltrato", "doorgestuurd bericht",
    "begin doorgestuurd bericht", "wiadomość przesłana dalej", "przekazana wiadomość", "treść przekazanej wiadomości",
    "początek przekazywanej wiadomości", "początek wiadomości przesłanej dalej", "videresendt melding",
    "videresendt meddelelse", "videresendt besked", "videresendt e-mail", "start på videresendt besked",
    "begynnelse på videresendt melding", "vidarebefordrat meddelande", "vidarebefordrat mejl",
    "vidarebefordrat brev", "början på vidarebefordrat mejl", "mensagem encaminhada", "mensagem reencaminhada",
    "início da mensagem encaminhada", "início da mensagem reencaminhada", "edelleenlähetetty viesti",
    "välitetty viesti", "välitetty viesti alkaa", "přeposlaná zpráva", "začátek přeposílané zprávy",
    "začiatok preposlanej správy", "preposlaná správa", "továbbított levél", "továbbított levél kezdete",
    "továbbított üzenet", "započni proslijeđenu poruku", "proslijeđena poruka", "mesaj redirecționat", "mesaj redirecţionat", "message transmis",
    "mesaj redirectat", "iletilen ileti", "iletilmiş ileti", "ileti başlangıcı", "yönlendirilen ileti",
    "пересылаемое сообщение", "пересланное сообщение", "начало переадресованного сообщения",
    "переслане повідомлення", "перенаправлене повідомлення", "メッセージを転送", "転送されたメッセージ",
    "转发的邮件", "neges wedi'i hanfon ymlaen", "neges a anfonwyd ymlaen", "الرسالة المُعاد توجيهها",
    "رسالة معاد توجيهها", "رسالة مُعاد توجيهها", "بداية الرسالة المحولة", "آگے بھیجا گیا پیغام",
)  # fmt: skip

# The same with who forwarded it and when, between dashes.
FORWARDED_BY = (
    "forwarded by", "weitergeleitet von", "réacheminé par", "transféré par", "reenviado por", "inoltrato da", "doorgestuurd door",
    "przesłane dalej przez", "videresendt af", "videresendt av", "vidarebefordrat av", "encaminhado por", "reencaminhado por",
)  # fmt: skip
