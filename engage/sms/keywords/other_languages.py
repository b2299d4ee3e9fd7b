"""Wordings of Spanish, Portuguese, French and of others that leads in the US write, folded: no accents, small letters.

As in English: the word that stands for STOP, alone or among courtesies, and "stop writing to me" are clear; all the
other ways to say it ask a person.
"""

from __future__ import annotations

import re
from typing import Final

from engage.sms.keywords.folding import fold
from engage.sms.keywords.wordings import anywhere, lines, words

STOP_LINES: Final = lines(
    """alto; alto ya; alto a los mensajes; parar; pare; paren; cancelar; cancele; cancelen; desuscribir
    desuscribirme; desuscribirse; desuscribeme; desuscribame; desuscribanme; darme de baja; dar de baja
    deme de baja; denme de baja; dame de baja; darse de baja; quiero darme de baja
    quiero cancelar los mensajes; parar mensajes; parar los mensajes; paren los mensajes; pare los mensajes
    cancelar mensajes; cancelar suscripcion; cancelar la suscripcion; sair; parem; descadastrar
    descadastre me; descadastrar me; desinscrever; desinscrever me; cancelar inscricao; cancelar mensagens
    parar mensagens; pare as mensagens; pare com as mensagens; parem as mensagens; quero sair; arret; arrete
    arretez; arreter; desabonner; me desabonner; desabonnement; desabonnez moi; desinscrire; me desinscrire
    desinscription; desinscrivez moi; annuler; arret des messages; arretez les messages; arretez ca
    je veux me desabonner; arretez tout; stop aux messages; stop aux sms; stop sms; stop mensajes
    stop mensagens; stop messages"""
)
ASKED_LINES: Final = lines(
    """basta; quiero cancelar; vete; vete a la mierda; lachez moi; fermez la; no me busquen; quero cancelar
    cancelar servicio; cancelar envio; cancelar envios; detener mensajes; quiero salir; quiero parar
    ya parenle; parale; parenle; nomas; arretez les textos; basta ya; ya basta; para; para ya; no mas; ya no
    ya no mas; no mas por favor; baja; de baja; fin; salir; terminar; termina; termine; suspender; suspenda
    detener; detenga; detengase; detenganse; anular; eliminar; eliminame; elimineme; eliminenme; borrar
    borrame; borreme; borrenme; quitar; quitame; quiteme; quitenme; sacame; saqueme; saquenme; remover
    remueveme; remuevame; dejame en paz; dejeme en paz; dejenme en paz; dejenme; dejen de molestar
    no molestar; no moleste; no molesten; no molestes; no moleste mas; no molesten mas; no me molesten
    ya no quiero; no autorizo; no estoy interesado no me escriban; renunciar; largate; vayase; cancela
    cancelo; ya no escriban; no escriban; no escriba mas; no escribir; no mensajes; no textos; no mandar
    no enviar; ya no manden; chega; ja chega; fim; excluir; exclua; apagar; apague; remova; me remova
    remover numero; me tire; me tira; me exclua; nao perturbe; me deixe em paz; me deixem em paz
    nao quero mais; nao quero; nao mais; cancela; encerrar; termina isso; ca suffit; assez; fin; terminer
    plus de messages; plus de sms; laissez moi; laisse moi; foutez moi la paix; fichez moi la paix
    laissez moi tranquille; laisse moi tranquille; retirez moi; enlevez moi; supprimez moi; supprimer; effacer
    resilier; resiliation; non merci stop; je ne veux plus; plus jamais; degage; degagez; stopp; abmelden
    abbestellen; aufhoren; austragen; keine nachrichten mehr; keine sms mehr; loschen; schluss; basta messaggi
    fermati; fermatevi; cancellami; cancellatemi; disiscrivimi; disiscrivere; smettila; smettetela
    non scrivetemi piu; non scrivermi piu; annulla; afmelden; uitschrijven; stoppen; genoeg; wypisz; zrezygnuj
    przestan; sispann; rete; kanpe; ase; tama na; itigil; tigil; ihinto; huwag na; dung lai; ngung; huy
    huy dang ky; tu choi; avsluta; avslutt; afmeld; peruuta; lopeta; dur; iptal; berhenti; td"""
)
# Of a lead who is opted out, they may ask for texts again.
MAYBE_START_LINES: Final = lines(
    """suscribir; suscribirme; suscribeme; suscribame; volver a suscribirme; quiero suscribirme; reactivar; reanudar
    quiero recibir mensajes; quiero los mensajes; vuelvan a escribirme; escribanme otra vez; escribanme de nuevo
    inscrever; me inscrever; me inscreva; quero me inscrever; reativar; quero receber mensagens; retomar
    voltem a me escrever; me reabonner; reabonner; abonner; mabonner; abonnez moi; reabonnez moi; reprendre
    je veux recevoir les messages; ecrivez moi a nouveau"""
)
# In other writings, folded as the texts are.
ASKED_IN_OTHER_WRITINGS: Final = frozenset(
    fold(word)
    for word in lines(
        """стоп; отписаться; отпишите; отписка; хватит; прекратите; остановить; отменить; стій; зупиніть; досить
    відписатися; στοπ; σταμάτα; 停止; 退订; 退訂; 取消; 取消订阅; 不要发了; 别发了; 別再傳; 停; やめて
    停止してください; 配信停止; 解除; 中止; 그만; 수신거부; 중지; 멈춰; 해지; توقف; إيقاف; ايقاف; قف; إلغاء
    الغاء; كفى; הסר; להסיר; עצור; תפסיק; หยุด; ยกเลิก; रोकें; रोको; बंद"""
    )
)
COURTESIES: Final = words(
    "favor porfavor porfa porfis gracias disculpe disculpen perdon senor senora senores senorita hola buenas buenos"
    " dias tardes noches ya ahora si mismo inmediatamente"
    " obrigado obrigada obg grato grata gentileza oi ola ja agora desculpe nao senhor senhora bom dia boa tarde noite"
    " merci svp stp bonjour bonsoir salut non maintenant desole desolee monsieur madame oui"
    " bitte danke grazie prego amen"
)
ONE_WORD: Final = {
    "por favor": "favor",
    "por gentileza": "favor",
    "faz favor": "favor",
    "muchas gracias": "gracias",
    "muito obrigado": "obrigado",
    "muito obrigada": "obrigada",
    "merci beaucoup": "merci",
    "sil vous plait": "svp",
    "s il vous plait": "svp",
    "sil te plait": "svp",
    "per favore": "favor",
    "tout de suite": "maintenant",
    "ahora mismo": "ahora",
}

_TEXTS: Final = "(?:mensaj|text|sms|msj|msg|mensag|messag|correo|spam|notificacion|alerta)"
_ES_WRITE: Final = (
    r"(?:(?:mand|envi|molest|contact|fastidi|acos|insist)(?:en?|es|ar\w*|ando\w*|enme|eme|i[rn]\w*)"
    r"|escrib(?:an?|as|ir\w*|anme|ame)|(?:text|mensaj)e(?:en?|es|ar\w*))\b"
)
_PT_WRITE: Final = r"(?:(?:mand|envi|contat|contact|incomod|perturb|importun)(?:em?|ar\w*)|escrev(?:am?|er\w*))\b"
_FR_WRITE: Final = r"(?:ecri|envoy|contact|text|messag|harcel|embet|derang|spam|solicit|sollicit)\w*"
# The whole clause: "deje de mandarme mensajes", "pare de me enviar mensagens", "arretez de m'ecrire".
_ANY_THREE: Final = r"(?: \w+)?(?: \w+)?(?: \w+)?"
CEASES: Final = re.compile(
    r"(?:ya )?(?:dej[eao]n?|dejad|dejar|dejes|par[ea]n?|parad|parar|parem|stop|termin[ea]n?) (?:ya |por favor )?"
    rf"de (?:me |nos )?(?:estar )?(?:{_ES_WRITE}|{_PT_WRITE}|llamar\w*|ligar){_ANY_THREE}"
    rf"|(?:arret|cess|stop)\w* (?:de |d)(?:me |m|nous )?(?:{_FR_WRITE}|appel\w*){_ANY_THREE}"
)
# Wherever it stands.
LIKELY: Final = anywhere(
    [
        rf"(?:ya )?no (?:me |nos |le |les )?(?:vuelv\w+ a |sigan? |sigas )?{_ES_WRITE}",
        r"no (?:quiero|deseo|queremos|deseamos|necesito|quisiera) (?:\w+ ){0,3}"
        rf"(?:{_TEXTS}\w*|recib\w+|nada|saber|molest\w+|escrib\w+)",
        rf"no mas {_TEXTS}\w*|ni un mensaje mas\b|sin mensajes\b",
        r"(?:elimin|borr|quit|saqu|sac|remuev|retir|suprim|desuscr|descadastr)\w*(?:me|nos)\b",
        r"(?:elimin|borr|quit|saqu|sac|remuev|remov|retir|suprim|exclu|apag|tir)\w* (?:\w+ ){0,2}"
        r"(?:numero|telefono|telefone|celular|nombre|nome|contacto|contato|datos|dados|lista)\b",
        r"(?:me|nos) (?:pued\w+|pod\w+) (?:favor )?(?:borr|quit|sac|elimin|remov|tir|retir)\w+",
        r"equivocad\w (?:\w+ ){0,2}(?:borr|elimin|quit|remuev)\w+|nao (?:me )?(?:mand|envi|escrev)\w+ mais\b",
        r"arret\w* (?:vos|ces|les|tous|tes) (?:\w+ )?(?:messages?|sms|textos?|pubs?)\b",
        r"de baja\b|desu[sb]\w*cri\w*|desinscri\w*|dessubscr\w*|descadastr\w*|desabonn\w*",
        rf"(?:dej[ea]n?|dejad|par[ea]n?|parem|arret\w+|cess\w+) de? ?(?:me |m|nous |nos )?"
        rf"(?:{_ES_WRITE}|{_PT_WRITE}|{_FR_WRITE}|llam\w*|appel\w*|ligar)",
        r"(?:dej[ea]n?|deix[ea]m?)(?:me|nos)? (?:me |nos )?em? ?n? ?paz\b|(?:me )?deix[ea]m? em paz\b",
        r"cancel\w* (?:la |mi |los |mis |las |el |a |as |minha |os )?"
        rf"(?:{_TEXTS}\w*|suscripcion|subscripcion|inscricao)",
        rf"nao (?:me |nos )?(?:mais )?{_PT_WRITE}|nao (?:quero|desejo) (?:\w+ ){{0,3}}"
        rf"(?:{_TEXTS}\w*|receb\w+|contato)",
        r"me (?:tirem?|tira|remova|remover|exclua|excluam|retirem?|apague) (?:d[aeo]s?|dessa|desta|por)\b",
        r"sem mais mensagens\b",
        rf"n(?:e)? ?(?:me |m|nous )?{_FR_WRITE} (?:\w+ )?(?:plus|pas|jamais)\b",
        rf"ne (?:pas )?(?:me |m|nous )?{_FR_WRITE}|plus (?:de |aucun )(?:messages?|sms|textos?|pub)\b",
        r"ne (?:veux|voulons|souhaite) (?:plus|pas) (?:\w+ ){0,3}(?:messages?|sms|textos?|recevoir|contact\w*)",
        r"(?:retir|enlev|supprim|ray|effac)\w* (?:moi|nous|mon|ce|notre|le|mes)\b",
        r"me (?:retirer|enlever|supprimer)\b|(?:moi|nous) (?:en paix|tranquilles?)\b",
        r"fou(?:s|tez) (?:moi|le camp)\b|fichez\b|va te faire\b",
        r"(?:basta|chega|parenle|parale|parem?) (?:de|con|com)\b|dej[ea]n? de (?:joder|chingar|fregar)\b",
        r"(?:sair|salir|retirar|bajar|bajame|bajeme) d[ae] (?:la |esta |su |lista)",
        rf"ne plus (?:me |m|nous )?(?:{_FR_WRITE}|recevoir)",
        r"(?:merci|prie|veuillez|pouvez vous) (?:d|de )?(?:arret|cess)\w+",
        r"keine (?:\w+ )?(?:nachrichten|sms|texte)\b|non (?:mi |ci )?(?:scriv\w*|mandar\w*|mandate|contatt\w*)",
    ]
)
# "No me llame, mandeme un texto" chooses a channel.
DO_NOT_CALL: Final = re.compile(r"\bno (?:me |nos )?(?:llam|marqu)\w*|\bnao (?:me )?lig\w+|\bne m ?appel\w*")
_INVITES: Final = re.compile(
    r"\b(?:mand|envi|escrib|text|mensaje|escrev)\w*(?:me|nos)\b"
    rf"|\b(?:solo|mejor|prefiero|prefiro|so|apenas) (?:\w+ ){{0,2}}(?:{_TEXTS}|escrib|mand|envi)\w*"
    rf"|\b(?:por|via|par) (?:{_TEXTS}|texto|sms)\w*|\b(?:ecrivez|ecris|envoyez|textez) moi\b"
    rf"|\b{_TEXTS}\w* (?:esta bien|si|mejor|tudo bem|ok|cest bon)\b"
)
_NEGATED: Final = re.compile(r"\b(?:no|nao|ne|ni|nunca|stop|deje|dejen|deja|pare|paren|basta|arretez|plus)\b")


def invites(clause: str) -> bool:
    """Whether the clause asks for texts: "mandeme un texto", "prefiero mensajes"."""
    return bool(_INVITES.search(clause)) and not _NEGATED.search(clause)


# Of the words without which none of the expressions above can be found.
BEGINNINGS: Final = words(
    "mens msj msjs mand envi escr text mole cont fast acos insi baja dese desu dess desi desc desa inco pert impo elim"
    " borr quit saca saqu sac remu remo reti supr excl apag tir tire tira dej deja deje dejo deix pare para paro susc"
    " subs insc arre cess ecri envo mecr menv mech mcon mtex mhar mder nenv necr decr denv ncon ne nous nume nomb"
    " noti aler ray raye enle supp saco"
    " keine kein nach scri non pub recu rece reci ce moi fout fous fich va paz llam marq lig liga"
    " ligu bast cheg sair sali merc veui prie list nada"
)
