"""The subjects under which answering machines of many languages write; each is part of a pattern."""

# A notice of an absence or a machine's answer, whatever else the mail says of itself.
NOTICE = (
    r"out of (?:the )?office", r"out-of-office", r"\booo\b", r"automatic reply", r"autoreply",
    r"auto(?:matic|mated)?[- ]?(?:reply|response|answer)", r"vacation (?:reply|response|message|notice)",
    r"away from (?:my|the) (?:office|desk|mail|e-?mail)", r"absence notification",
    r"ateb awtomatig", r"ymateb awtomatig", r"allan o'?r swyddfa", r"i ffwrdd o'?r swyddfa", r"neges absenoldeb",
    r"abwesenheits(?:notiz|meldung|nachricht|benachrichtigung|assistent)", r"autoantwort", r"urlaubsmeldung",
    r"automatische (?:antwort|rückmeldung|benachrichtigung)", r"absence du bureau", r"réponse automatique",
    r"absente? du bureau", r"message d'absence", r"notification d'absence", r"respuesta autom[aá]tica",
    r"contestación automática", r"fuera de (?:la |mi )?oficina", r"ausente de la oficina", r"risposta automatica",
    r"fuori (?:ufficio|sede)", r"assente dall'ufficio", r"automatisch (?:antwoord|bericht)", r"afwezigheids\w{3,20}",
    r"niet op kantoor", r"buiten kantoor", r"autosvar", r"automatisk (?:svar|besvarelse)", r"ikke på kontoret",
    r"fraværsbesked", r"fraværsmelding", r"ude af kontoret", r"automatiskt (?:svar|meddelande)",
    r"frånvaromeddelande", r"[ei]j på kontoret", r"inte på kontoret", r"automaattinen vastaus", r"poissa toimistosta",
    r"poissaoloviesti", r"resposta autom[aá]tica", r"fora do escrit[oó]rio", r"autoodpowied[zź]",
    r"odpowied[zź] automatyczna", r"automatyczna odpowied[zź]", r"poza biurem", r"automatick[aá] odpov[eě][dď]",
    r"mimo kancelář", r"automatikus válasz", r"házon kívül", r"otomatik (?:yanıt|cevap)", r"ofis dışında",
    r"răspuns automat", r"în afara biroului", r"αυτόματη απάντηση", r"εκτός γραφείου", r"автоответ",
    r"автоматический ответ", r"вне офиса", r"автоматична відповідь", r"відсутн(?:ій|я) в офісі", r"رد تلقائي",
    r"الرد التلقائي", r"خارج المكتب", r"خودکار جواب", r"دفتر سے باہر", r"自動(?:応答|返信|回覆)", r"不在通知", r"不在の?お知らせ",
    r"自动(?:回复|答复)", r"외부 부재 알림", r"자동 ?(?:회신|응답)", r"מענה אוטומטי", r"स्वचालित उत्तर", r"automaatvastus",
    r"automātiskā atbilde", r"automatinis atsakymas", r"samodejni odgovor", r"automatski odgovor", r"trả lời tự động",
    r"balasan otomatis",
)  # fmt: skip

# Speaks of an absence. People do too, of their child's or their own, so another mark has to stand beside it.
ABSENCE = (
    r"on (?:annual leave|vacation|holiday|maternity leave|sick leave|parental leave)", r"absence", r"abwesen(?:heit|d)",
    r"ich bin im urlaub", r"nicht im (?:büro|haus)", r"außer haus", r"en congés?\b", r"in ferie\b", r"afwezig",
    r"fravær", r"på ferie\b", r"ikke til stede", r"frånvar", r"på semester\b", r"lomalla\b", r"aus[eê]ncia",
    r"de férias\b", r"nieobecno[sś][cć]", r"nepřítomnost", r"neprítomnos[tť]", r"в отпуске\b", r"отсутствую",
    r"外出(?:通知|回复)", r"부재 ?중",
)  # fmt: skip

# Says it only where the subject begins with it.
AWAY_AT_THE_BEGINNING = (
    r"vacation", r"auto:", r"automatic:", r"autoresponder:", r"auto-?re:", r"auto[- ]?antwort", r"away:", r"oof:",
)  # fmt: skip

# A receipt: "we have your message".
RECEIVED = (
    r"received your", r"has been (?:received|created|opened|logged)", r"request received", r"ticket (?:received|created|opened)",
    r"thank you for (?:contacting|your)", r"acknowledg", r"confirmation of receipt", r"we(?:'ve| have) (?:received|got)",
    r"eingangsbest[äa]tigung", r"empfangsbest[äa]tigung", r"wir haben ihre", r"accus[eé] de r[eé]ception", r"acuse de recibo",
    r"hemos recibido", r"conferma di ricezione", r"ontvangstbevestiging", r"bekr[æä]ftelse", r"potwierdzenie", r"wedi derbyn",
)  # fmt: skip
