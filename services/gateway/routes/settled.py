"""What becomes of an entry once it is settled: reported again, or taken back before it is sent."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import requests
from services.gateway.domain.routing import POST, Call, Route


def once_settled(tag: str, noun: str, one: str, service: str, words: str) -> tuple[Route, ...]:
    """The routes of one that was settled: reported again, or taken back before it is sent."""
    return (
        Route(
            operation_id=f"report{noun}Again",
            method=POST,
            path=f"{one}/report-again",
            tag=tag,
            summary=f"返戻された{words}をそのまま再報告する",
            description="As another report item, by another staff member than who accepted it. "
            "What has to be changed is handed in anew, with `mends`.",
            functions=(Function.NOTICE_SETTLE,),
            does=AuditOperation.ENTRY_SETTLED,
            calls=(Call(service, POST, f"{one}/report-again"),),
        ),
        Route(
            operation_id=f"proposeTakingBack{noun}",
            method=POST,
            path=f"{one}/take-back",
            tag=tag,
            summary=f"{words}の本登録取消を提案する",
            description="Before it is sent; its report is held back until another staff member "
            "decides.",
            functions=(Function.NOTICE_SETTLE,),
            does=AuditOperation.ENTRY_CANCELLED,
            calls=(Call(service, POST, f"{one}/take-back"),),
            body=requests.Withdrawal,
            status=201,
        ),
        Route(
            operation_id=f"settleTakingBack{noun}",
            method=POST,
            path=f"{one}/take-back/settle",
            tag=tag,
            summary=f"{words}の本登録取消を確定する（提案者以外）",
            description="Agreed, it waits to be settled again, and what was to be reported of it "
            "falls away.",
            functions=(Function.NOTICE_SETTLE,),
            does=AuditOperation.ENTRY_CANCELLED,
            calls=(Call(service, POST, f"{one}/take-back/settle"),),
            body=requests.Agreement,
        ),
    )
