"""What the sealed tests ask every door of exemptions."""

from typing import Any
from uuid import UUID

from tests.exemptions.applying import a_student_application, an_application
from tests.exemptions.counter import a_notice
from tests.exemptions.exempting import a_notice as a_notice_by_law
from tests.exemptions.exempting import expecting
from tests.gateway.samples import BODIES
from tests.sealed.doors import Question

NOTICES = "/additional-premium-notices"
REASON = {"reason": "本人の申出による"}
SENT = {"entry_id": "forwarded_id"}
APPLICATIONS = "/exemption-applications"
RENEWALS = "/exemption-renewals"
BY_LAW = "/exemption-notices"
PROPOSALS = "/exemption-proposals"
STATEMENTS = "/premium-statements"
ABOUT = {
    "person_id": "",
    "entry_id": "",
    "proposal_id": "",
    "statement_id": "",
    "forwarded_id": "",
    "application_id": "",
    "exemption_id": "",
    "consequence_id": "",
    "decision_id": "",
}
OF_APPLICATION = {"entry_id": "application_id"}
OF_EXEMPTION = {"entry_id": "exemption_id"}
OF_STATEMENT = {"entry_id": "statement_id"}
OF_PROPOSAL = {"entry_id": "proposal_id"}
STARTS = a_notice(UUID(int=0))
STATED = a_notice_by_law(UUID(int=0), "pay_request", {"from_month": "2026-11"})
TAKE_BACK: tuple[tuple[str, dict[str, Any]], ...] = (("", REASON), ("/settle", {"agree": True}))
QUESTIONS = [
    Question("GET /persons/{person_id}/exemptions"),
    Question("GET /notice-forms"),
    Question(f"POST {NOTICES}", json=STARTS),
    Question(f"POST {NOTICES}", json={**STARTS, "kind": "no_such_form"}),
    Question(f"GET {NOTICES}"),
    Question(f"GET {NOTICES}", {"limit": "1"}),
    *(Question(f"GET {NOTICES}", {"state": s}) for s in ("settled", "forwarded", "withdrawn")),
    Question(f"GET {NOTICES}/{{entry_id}}"),
    Question(f"GET {NOTICES}/{{entry_id}}", of=SENT),
    Question(f"POST {NOTICES}/{{entry_id}}/settle", json={"acknowledged": []}),
    Question(f"POST {NOTICES}/{{entry_id}}/settle", staff_id="s001"),
    Question(f"POST {NOTICES}/{{entry_id}}/withdraw", json=REASON),
    Question(f"POST {NOTICES}/{{entry_id}}/withdraw", json=REASON, of=SENT),
    Question("GET /exemption-notice-forms"),
    Question(f"POST {BY_LAW}", json=expecting(UUID(int=0))),
    Question(f"GET {BY_LAW}"),
    *(Question(f"GET {BY_LAW}", {"state": s}) for s in ("settled", "forwarded", "withdrawn")),
    Question(f"GET {BY_LAW}/{{entry_id}}", of=OF_EXEMPTION),
    Question(f"POST {BY_LAW}/{{entry_id}}/settle", of=OF_EXEMPTION),
    Question(f"POST {BY_LAW}/{{entry_id}}/withdraw", json=REASON, of=OF_EXEMPTION),
    Question("GET /premium-statement-forms"),
    Question(f"POST {STATEMENTS}", json=STATED),
    Question(f"GET {STATEMENTS}"),
    *(Question(f"GET {STATEMENTS}", {"state": s}) for s in ("settled", "withdrawn")),
    Question(f"GET {STATEMENTS}/{{entry_id}}", of=OF_STATEMENT),
    Question(f"POST {STATEMENTS}/{{entry_id}}/settle", of=OF_STATEMENT),
    Question(f"POST {STATEMENTS}/{{entry_id}}/withdraw", json=REASON, of=OF_STATEMENT),
    Question("GET /application-forms"),
    Question("POST /what-if", json=BODIES["askExemptionWhatIf"]),
    Question("POST /what-if/retroactive", json=BODIES["askRetroactiveWhatIf"]),
    Question(f"POST {APPLICATIONS}", json=an_application(UUID(int=0))),
    Question(f"POST {APPLICATIONS}", json=a_student_application(UUID(int=0))),
    Question(f"GET {APPLICATIONS}"),
    *(Question(f"GET {APPLICATIONS}", {"state": s}) for s in ("settled", "withdrawn")),
    Question(f"GET {APPLICATIONS}/{{entry_id}}", of=OF_APPLICATION),
    Question(f"POST {APPLICATIONS}/{{entry_id}}/settle", of=OF_APPLICATION),
    Question(f"POST {APPLICATIONS}/{{entry_id}}/withdraw", json=REASON, of=OF_APPLICATION),
    Question(f"POST {NOTICES}/{{entry_id}}/report-again", of=SENT),
    *(
        Question(f"POST {path}/{{entry_id}}/take-back{what}", json=body, of=of)
        for path, of in (
            (NOTICES, SENT),
            (STATEMENTS, OF_STATEMENT),
            (BY_LAW, OF_EXEMPTION),
            (APPLICATIONS, OF_APPLICATION),
        )
        for what, body in TAKE_BACK
    ),
    Question(f"POST {STATEMENTS}/{{entry_id}}/report-again", of=OF_STATEMENT),
    Question(f"POST {BY_LAW}/{{entry_id}}/report-again", of=OF_EXEMPTION),
    Question(f"POST {APPLICATIONS}/{{entry_id}}/report-again", of=OF_APPLICATION),
    Question(
        f"POST {APPLICATIONS}/{{entry_id}}/requests",
        json={"kind": "appeal", "made_on": "2026-10-15"},
        of=OF_APPLICATION,
    ),
    Question("GET /exemption-decisions"),
    Question("GET /receipts"),
    Question("GET /receipts/print"),
    Question("POST /exemption-decisions/{decision_id}/settle", json={"done": "説明した"}),
    Question(f"GET {RENEWALS}", {"cycle": "2027", "renewal": "clear"}),
    Question(f"POST {RENEWALS}/settle", json={"cycle": 2027}),
    Question(f"GET {PROPOSALS}"),
    Question(f"GET {PROPOSALS}", {"kind": "begin", "limit": "1"}),
    Question(f"GET {PROPOSALS}/{{entry_id}}", of=OF_PROPOSAL),
    Question(
        f"POST {PROPOSALS}/{{entry_id}}/steps",
        json=BODIES["takeExemptionProposalStep"],
        of=OF_PROPOSAL,
    ),
    *(
        Question("GET /exemption-reviews-again", {"state": state})
        for state in ("open", "noted", "settled_anew", "gone")
    ),
    Question(
        f"POST {APPLICATIONS}/{{entry_id}}/review-again/note",
        json={"note": "確認した。"},
        of=OF_APPLICATION,
    ),
    Question(f"POST {APPLICATIONS}/{{entry_id}}/review-again/settle", json={}, of=OF_APPLICATION),
    *(
        Question("GET /exemption-take-backs", {"state": state})
        for state in ("open", "agreed", "declined")
    ),
    Question("GET /exemption-take-backs", {"state": "declined", "procedure": "premium_statements"}),
    *(
        Question("GET /exemption-consequences", {"state": state})
        for state in ("open", "noted", "shown", "gone")
    ),
    Question(
        "POST /exemption-consequences/{consequence_id}/note",
        json={"note": "確認した。"},
    ),
]
OF_NOBODY = {
    "GET /notice-forms",
    "GET /exemption-notice-forms",
    "GET /application-forms",
    "GET /premium-statement-forms",
    "POST /what-if",
    "POST /what-if/retroactive",
}
