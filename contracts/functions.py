"""Staff functions (権限機能): what a staff member may be allowed to do (C16).

A right attaches to one of these, never to a job title. The gateway decides who holds which; the
owning service checks the one it needs on every call.
"""

from contracts.codes import Code


class Function(Code):
    """One thing a staff member can be allowed to do; ``label`` is what the console calls it."""

    PERSON_SEARCH = "person.search", "宛名検索"
    PERSON_VIEW = "person.view", "個人照会"
    NUMBER_LOOKUP = "number.lookup", "個人番号による検索"
    NUMBER_REVEAL = "number.reveal", "個人番号の表示"
    LINK_PROPOSE = "link.propose", "宛名の突合（提案）"
    LINK_SETTLE = "link.settle", "宛名の突合（確定）"
    SEALED_VIEW = "sealed.view", "支援措置対象者の閲覧"
    PERSON_EDIT = "person.edit", "個人の編集（排他）"
    BLOCK_PROPOSE = "block.propose", "抑止（設定・解除の提案）"
    BLOCK_SETTLE = "block.settle", "抑止（設定・解除の確定）"
    BLOCK_LIFT = "block.lift", "抑止（一時解除）"
    FACTS_VIEW = "facts.view", "他業務情報（所得・福祉・保険）の照会"
    OUTSIDE_PROPOSE = "outside.propose", "住登外者の登録（提案）"
    OUTSIDE_SETTLE = "outside.settle", "住登外者の登録（確定）"
    MEASURE_PROPOSE = "measure.propose", "支援措置（仮登録・提案）"
    MEASURE_SETTLE = "measure.settle", "支援措置（確定）"
    NOTICE_ACCEPT = "notice.accept", "届書受付（仮登録）"
    NOTICE_SETTLE = "notice.settle", "届書審査（本登録）"
    BATCH_BUILD = "batch.build", "報告データ作成"
    BATCH_SEAL = "batch.seal", "媒体作成"
    RESULT_TAKE = "result.take", "処理結果取込"
    AUDIT_REVIEW = "audit.review", "記録の点検"
    STAFF_ADMIN = "staff.admin", "利用者管理"
