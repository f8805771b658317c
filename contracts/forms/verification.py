"""How a number and a person are verified (本人確認の措置, C05)."""

from contracts.codes import Code


class NumberVerification(Code):
    """How the individual number was verified (番号法16条, 同施行令12条)."""

    INDIVIDUAL_NUMBER_CARD = "individual_number_card", "個人番号カード"
    NOTIFICATION_CARD = "notification_card", "通知カード（記載事項が住民票と一致するもの）"
    RESIDENT_RECORD = "resident_record", "個人番号が記載された住民票の写し等"
    REGISTER_INQUIRY = "register_inquiry", "住民基本台帳等による確認"
    NOT_ASSIGNED = "not_assigned", "個人番号を有しない者（国外居住者等）"
    NOT_GIVEN = "not_given", "個人番号の記載なし"


class PersonVerification(Code):
    """How it was verified who stands at the counter (番号法16条, 同施行規則)."""

    INDIVIDUAL_NUMBER_CARD = "individual_number_card", "個人番号カード"
    DRIVING_LICENCE = "driving_licence", "運転免許証・運転経歴証明書"
    PASSPORT = "passport", "旅券"
    RESIDENCE_CARD = "residence_card", "在留カード・特別永住者証明書"
    DISABILITY_CERTIFICATE = (
        "disability_certificate",
        "身体障害者手帳・療育手帳・精神障害者保健福祉手帳",
    )
    OTHER_PHOTO_DOCUMENT = "other_photo_document", "その他の写真付き公的証明書"
    TWO_DOCUMENTS = "two_documents", "写真のない書類２点以上"
    ELECTRONIC_SIGNATURE = "electronic_signature", "公的個人認証（電子申請）"
