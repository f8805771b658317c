"""``/persons`` and the key to which a number is sealed."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import matching_requests, requests
from services.gateway.domain.routing import GET, POST, Access, Call, Route

TAG = "個人照会"
MATCHING = "突合"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="searchPersons",
        method=POST,
        path="/persons/search",
        tag=TAG,
        summary="氏名・フリガナ・生年月日・住所・番号で検索する",
        description="Criteria go in the body: a URL would bear names. Recorded with the count.",
        functions=(Function.PERSON_SEARCH,),
        does=AuditOperation.SEARCH,
        calls=(Call("identity", POST, "/persons/search"),),
        body=requests.PersonSearch,
    ),
    Route(
        operation_id="findPersonByNumber",
        method=POST,
        path="/persons/by-number",
        tag=TAG,
        summary="個人番号で検索する",
        description="The number is sealed in the browser to the key of `/sealing-key` (sender "
        "`gateway`); the vault alone opens it. An unknown number is an empty result.",
        functions=(Function.NUMBER_LOOKUP, Function.PERSON_SEARCH),
        does=AuditOperation.NUMBER_LOOKUP,
        calls=(
            Call("token_vault", POST, "/numbers/lookup"),
            Call("identity", POST, "/persons/search"),
        ),
        body=requests.NumberSearch,
    ),
    Route(
        operation_id="showPerson",
        method=GET,
        path="/persons/{person_id}",
        tag=TAG,
        summary="個人の内容を表示する",
        description="Identity's record with the qualification timeline, additional premium, "
        "claims and report items. A part whose service does not answer is `unavailable`, one that "
        "knows nothing of the person `absent`, both with the problem told; without identity "
        "there is no page.",
        functions=(Function.PERSON_VIEW,),
        does=AuditOperation.INQUIRY,
        calls=(
            Call("identity", GET, "/persons/{person_id}"),
            Call("qualification", GET, "/persons/{person_id}/qualification"),
            Call("exemptions", GET, "/persons/{person_id}/exemptions"),
            Call("claims", GET, "/persons/{person_id}/claims"),
            Call("jps_reporting", GET, "/persons/{person_id}/items"),
        ),
        query=requests.PersonPageQuery,
    ),
    Route(
        operation_id="showSealingKey",
        method=GET,
        path="/sealing-key",
        tag=TAG,
        summary="個人番号の封緘用公開鍵を取得する",
        description="The public key to which a number keyed in is sealed in the browser.",
        access=Access.SIGNED_IN,
        calls=(Call("token_vault", GET, "/sealing-key"),),
    ),
    Route(
        operation_id="comparePerson",
        method=POST,
        path="/persons/{person_id}/comparison",
        tag=TAG,
        summary="届書等の4情報を個人と突合する",
        description="4情報 as written on what was handed in, compared with the register: which "
        "agree, after which folding. The comparison is kept.",
        functions=(Function.PERSON_VIEW,),
        calls=(Call("identity", POST, "/persons/{person_id}/comparison"),),
        body=requests.EnteredAttributes,
    ),
    Route(
        operation_id="showFacts",
        method=POST,
        path="/persons/{person_id}/facts",
        tag=TAG,
        summary="他業務情報（所得・福祉・保険）を照会する",
        description="For a purpose that the purpose table lists: what the service of that purpose "
        "may be told, all of it or nothing. Each answer and refusal is recorded.",
        functions=(Function.FACTS_VIEW,),
        calls=(Call("identity", POST, "/persons/{person_id}/facts"),),
        body=requests.FactsAsked,
    ),
    Route(
        operation_id="listNearMisses",
        method=GET,
        path="/near-misses",
        tag=MATCHING,
        summary="突合待ちの一覧を表示する",
        description="Records of other systems (所得, 福祉, 国保, 介護) whose person the four "
        "attributes do not tell for certain, oldest first.",
        functions=(Function.LINK_PROPOSE,),
        does=AuditOperation.SEARCH,
        calls=(Call("identity", GET, "/near-misses"),),
        query=matching_requests.NearMissesQuery,
    ),
    Route(
        operation_id="showNearMiss",
        method=GET,
        path="/near-misses/{entry_id}",
        tag=MATCHING,
        summary="突合待ちの内容を表示する",
        description="What the other system tells, who comes near and in what, what was done.",
        functions=(Function.LINK_PROPOSE,),
        calls=(Call("identity", GET, "/near-misses/{entry_id}"),),
    ),
    Route(
        operation_id="listFeedNumbers",
        method=GET,
        path="/persons/{person_id}/feed-numbers",
        tag=MATCHING,
        summary="個人に紐付く他業務の宛名番号を表示する",
        description="Whose records of other systems (所得, 福祉, 国保, 介護) are taken for theirs.",
        functions=(Function.LINK_PROPOSE,),
        calls=(Call("identity", GET, "/persons/{person_id}/feed-numbers"),),
    ),
    Route(
        operation_id="doubtFeedNumber",
        method=POST,
        path="/persons/{person_id}/feed-numbers/doubt",
        tag=MATCHING,
        summary="紐付けに疑義のある宛名番号を突合の一覧に載せる",
        description="Nothing changes until one has proposed whose it is and another has settled.",
        functions=(Function.LINK_PROPOSE,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/persons/{person_id}/feed-numbers/doubt"),),
        body=matching_requests.FeedNumberDoubt,
    ),
    Route(
        operation_id="proposeNearMiss",
        method=POST,
        path="/near-misses/{entry_id}/proposal",
        tag=MATCHING,
        summary="誰の記録かを提案する",
        description="A person, or null: nobody who is on the register.",
        functions=(Function.LINK_PROPOSE,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/near-misses/{entry_id}/proposal"),),
        body=matching_requests.NearMissProposal,
    ),
    Route(
        operation_id="settleNearMiss",
        method=POST,
        path="/near-misses/{entry_id}/settlement",
        tag=MATCHING,
        summary="提案された突合を確定する",
        description="By another staff member than the one who proposed.",
        functions=(Function.LINK_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("identity", POST, "/near-misses/{entry_id}/settlement"),),
        body=requests.Agreement,
    ),
)
