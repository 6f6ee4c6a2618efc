"""What names mean: the stage a status stands for, the kind of work of a type, how work ended.

A guess by the words of several languages, the category Jira itself gives coming second; whoever
knows better says so in the options of the connection, and the records kept are read again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

ITEM_TYPES = ("feature", "task", "bug", "incident", "epic", "other")

_STAGES = {
    "queue": (
        r"ready|waiting|awaiting|pending|blocked|on hold|held|parked|paused|postponed|deferred"
        r"|selected for|to ?do|backlog|queued?|open(?:ed)?|re-?open(?:ed)?|triage|new"
        r"|bereit|wartet|wartend|warten|blockiert|zuruckgestellt|offen|neu|zu erledigen"
        r"|pret|en attente|bloque|a faire|ouvert"
        r"|listo|en espera|bloqueado|pendiente|por hacer|abierto"
        r"|pronto para|aguardando|em espera|pendente|a fazer|aberto"
        r"|in attesa|bloccato|da fare|pronto per|aperto"
        r"|klaar voor|wacht(?:en|end)?|geblokkeerd|te doen"
        r"|gotowe do|oczekuje|zablokowane|do zrobienia"
    ),
    "review": (
        r"(?:code |peer )?review(?:ing)?|in review|pull request|merge request|approval"
        r"|(?:uber)?prufung|begutachtung|freigabe|relecture|revue|revision|revisao|revisione"
        r"|beoordeling|recenzja|przeglad"
    ),
    "qa": (
        r"qa|quality|test(?:ing|s)?|verif\w*|validat\w*|uat|acceptance|staging|abnahme|recette"
        r"|pruebas?|testes?|collaudo|testen|testy|testow\w*"
    ),
    "active": (
        r"in progress|progress|doing|develop\w*|implement\w*|coding|working|in work|fixing|started"
        r"|analys\w*|design\w*|investigat\w*|in arbeit|in bearbeitung|entwicklung|umsetzung"
        r"|en cours|en curso|en progreso|desarrollo|em andamento|em progresso|desenvolvimento"
        r"|in corso|in lavorazione|sviluppo|in uitvoering|bezig|w toku|w trakcie"
    ),
}
_DONE = (
    r"done|closed?|resolved|released|deployed|live|complete[d]?|finished|shipped|cancell?ed|rejected"
    r"|won'?t (?:do|fix)|erledigt|fertig|geschlossen|abgeschlossen|abgebrochen|termine|ferme|fini"
    r"|hecho|cerrado|terminado|concluido|fechado|feito|completato|chiuso|fatto|gereed|gesloten"
    r"|zamkniete|gotowe|zakonczone"
)
_WIDE = {
    "queue": ("待ち", "未着手", "待办", "待辦", "대기"),
    "review": ("レビュー", "评审", "審查", "审查", "검토"),
    "qa": ("テスト", "検証", "测试", "測試", "테스트"),
    "active": ("進行中", "进行中", "作業中", "対応中", "开发中", "진행"),
}
"""Of languages that put no space between words."""

_TYPES = {
    "incident": (
        r"(?<!post-)(?<!post )inciden[tc]\w*(?! review)|outage|stor(?:ung|fall)|vorfall|incydent"
    ),
    "bug": r"bugs?|defects?|error|fault|fehler|anomalie|bogue|defecto|defeito|difetto|fout|blad",
    "epic": r"epic|epos|initiative|epopee|epica|epico|iniciativa|theme|capability|saga",
    "feature": (
        r"(?:user )?story|feature(?: request)?|new feature|improvement|enhancement|requirement"
        r"|recit|historia|historia de usuario|mejora|melhoria|verbesserung|anforderung|amelioration"
        r"|change request|verhaal|historyjka"
    ),
    "task": (
        r"task|sub-?task|technical task|tech(?:nical)? debt|chore|spike|maintenance|documentation"
        r"|aufgabe|teilaufgabe|unteraufgabe|tache|sous-tache|tarea|subtarea|tarefa|subtarefa"
        r"|attivita|taak|subtaak|zadanie|support|service request|question|request"
    ),
}
_ABANDONED = (
    r"won.?t (?:do|fix)|wont(?: do| fix)?|duplicate\w*|(?:can ?not|can.?t|unable to) reproduce"
    r"|not reproducible|invalid|declined|rejected|incomplete|obsolete|cancell?ed|abandoned"
    r"|not a bug|as designed|works as (?:designed|intended)|withdrawn|out of date|not doing"
    r"|no longer needed|later|wird nicht (?:erledigt|gemacht|behoben)|abgelehnt|duplikat|verworfen"
    r"|abgebrochen|ne sera pas (?:fait|corrige)|doublon|annule|refuse"
    r"|no se (?:hara|corregira)|duplicado|cancelado|rechazado|rejeitado"
    r"|nao sera (?:feito|corrigido)"
    r"|annullato|duplicato|rifiutato|wordt niet (?:gedaan|opgelost)|geannuleerd|anulowane|odrzucone"
)
_FOUND_IN = {
    "production": r"prod|production|live|customer|field|kunde|produktion|client|cliente",
    "review": r"(?:code )?review|pull request",
    "ci": r"ci|build|pipeline|unit ?tests?|integration ?tests?|automated ?tests?",
    "work_item": r"development|dev|design|requirements?|qa|test(?:ing)?|staging|uat|refinement",
}


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Return a name without case and accents."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace("\u2019", "'").replace("ł", "l")
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept)


def _whole_words(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w])(?:{words})(?![\w])")


_STAGE_WORDS = {stage: _whole_words(words) for stage, words in _STAGES.items()}
_WIDE_WORDS = {stage: tuple(map(folded, words)) for stage, words in _WIDE.items()}
_DONE_WORDS = _whole_words(_DONE)
_TYPE_WORDS = {kind: _whole_words(words) for kind, words in _TYPES.items()}
_ABANDONED_WORDS = _whole_words(_ABANDONED)
_FOUND_WORDS = {stage: _whole_words(words) for stage, words in _FOUND_IN.items()}


@lru_cache(maxsize=4096)
def stage_of(name: str | None, category: str | None) -> str | None:
    """Guess the stage a status stands for; None where neither name nor category tells.

    Jira's category decides what is done. Of the rest the name decides, for administrators often
    leave the category as it was; what waits is queue, whatever it waits for.

    >>> stage_of("Ready for review", "indeterminate"), stage_of("Code review", "indeterminate")
    ('queue', 'review')
    """
    if category == "done":
        return "done"
    words = folded(name or "")
    for stage, pattern in _STAGE_WORDS.items():
        if pattern.search(words) or any(word in words for word in _WIDE_WORDS[stage]):
            return stage
    if category in {"new", "indeterminate"}:
        return "queue" if category == "new" else "active"
    return "done" if _DONE_WORDS.search(words) else None


def item_type_of(name: str | None, level: int | None, *, is_subtask: bool) -> str:
    """Guess the kind of work an issue type stands for.

    Parameters
    ----------
    level
        Jira's own rank of the type: 1 and above hold other issues.
    """
    words = folded(name or "")
    for kind, pattern in _TYPE_WORDS.items():
        if pattern.search(words):
            return kind
    if level is not None and level > 0:
        return "epic"
    return "task" if is_subtask else "other"


def is_abandoned(name: str | None) -> bool:
    """Say whether a resolution, or a last status, means that the work was given up."""
    return _ABANDONED_WORDS.search(folded(name or "")) is not None


def found_in_of(name: str | None) -> str | None:
    """Guess where a defect was caught, of the stages of `DEFECT_STAGES`."""
    words = folded(name or "")
    found = (stage for stage, pattern in _FOUND_WORDS.items() if pattern.search(words))
    return next(found, None)


def said_of(names: Mapping[str, str], name: str | None) -> str | None:
    """Return what the operator said of a name; case and accents do not count."""
    return names.get(folded(name)) if name else None
