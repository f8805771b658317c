"""``/jps-files``: what JPS sends back, handed over by staff."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import jps_file_requests as requests
from services.gateway.domain.routing import GET, POST, Call, Route

TAG = "処理結果取込"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="takeJpsFile",
        method=POST,
        path="/jps-files",
        tag=TAG,
        summary="機構から受領したファイルを取り込む",
        description="The file is the body as it is, at most `NENKIN_UPLOAD_MAX_BYTES`. The same "
        "file again brings nothing new and tells the same. With `check` nothing is taken.",
        functions=(Function.RESULT_TAKE,),
        does=AuditOperation.BATCH_JOB,
        calls=(Call("jps_reporting", POST, "/jps-files"),),
        query=requests.TakeFileQuery,
        upload="処理結果一覧または被保険者記録等のファイル（CSV、見出しで判別）",
    ),
    Route(
        operation_id="listJpsFiles",
        method=GET,
        path="/jps-files",
        tag=TAG,
        summary="取り込んだファイルの一覧を表示する",
        description="The latest first, in figures.",
        functions=(Function.RESULT_TAKE,),
        calls=(Call("jps_reporting", GET, "/jps-files"),),
        query=requests.JpsFilesQuery,
    ),
    Route(
        operation_id="showJpsFile",
        method=GET,
        path="/jps-files/{file_id}",
        tag=TAG,
        summary="取り込んだファイルの件数と取り込めなかった行を表示する",
        description="Bad rows by line and reason, a page of them.",
        functions=(Function.RESULT_TAKE,),
        calls=(Call("jps_reporting", GET, "/jps-files/{file_id}"),),
        query=requests.BadRowsQuery,
    ),
)
