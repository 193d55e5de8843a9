"""APS's codes: a response code is two digits of status and three of message."""

# Status after success and after failure, by command (APS guide, "Statuses").
SUCCESS = {
    "PURCHASE": "14",
    "AUTHORIZATION": "02",
    "CAPTURE": "04",
    "REFUND": "06",
    "VOID_AUTHORIZATION": "08",
    "CHECK_STATUS": "12",
    "TOKENIZATION": "18",
    "CREATE_TOKEN": "52",
    "UPDATE_TOKEN": "58",
}
FAILURE = {
    "PURCHASE": "13",
    "AUTHORIZATION": "03",
    "CAPTURE": "05",
    "REFUND": "07",
    "VOID_AUTHORIZATION": "09",
    "CHECK_STATUS": "11",
    "TOKENIZATION": "17",
    "CREATE_TOKEN": "53",
    "UPDATE_TOKEN": "59",
}
UNCERTAIN_STATUS = "15"
ON_HOLD_STATUS = "20"

# Only the messages this stand-in says; texts as in the APS guide, "Messages".
ENGLISH = {
    "000": "Success",
    "001": "Missing parameter",
    "002": "Invalid parameter format",
    "004": "Invalid command",
    "005": "Invalid amount",
    "006": "Technical problem",
    "007": "Duplicate order number",
    "008": "Signature mismatch",
    "009": "Invalid merchant identifier",
    "010": "Invalid access code",
    "012": "Card expired",
    "013": "Invalid currency",
    "016": "Invalid card number",
    "027": "Invalid extra parameters",
    "029": "Insufficient funds",
    "032": "Invalid parameter length",
    "033": "Parameter value not allowed",
    "034": "Operation not allowed",
    "036": "Order not found",
    "037": "Missing return URL",
    "042": "Operation amount exceeds the authorized amount",
    "044": "Token name does not exist",
    "046": "Channel is not configured for the selected payment option",
    "047": "Order already processed",
    "048": "Operation amount exceeds captured amount",
    "049": "Operation not valid for this payment option",
    "062": "Token has been created",
    "063": "Token has been updated",
    "064": "3-D Secure check requested",
    "066": "Merchant reference already exists",
    "073": "Invalid request format",
    "088": "Token name was not created for this transaction",
    "100": "Invalid expiry date",
    "113": "Service not applicable for e-commerce indicator",
    "114": "Token already exist",
    "666": "Transaction declined",
    "773": "Transaction closed",
    "777": "The transaction has been processed, but failed to receive confirmation",
    "784": "Transaction still processing you can't make another transaction",
}
# Success is as seen in APS's answers; the others are this stand-in's own Arabic.
ARABIC = {
    "000": "عملية ناجحة",
    "006": "مشكلة فنية",
    "008": "التوقيع غير مطابق",
    "012": "البطاقة منتهية الصلاحية",
    "016": "رقم البطاقة غير صحيح",
    "029": "الرصيد غير كاف",
    "036": "الطلب غير موجود",
    "666": "تم رفض العملية",
}


def text_of(response_code: str, language: str) -> str:
    """The response_message of a code, in Arabic where it is known and asked for."""
    message = response_code[2:]
    return ARABIC.get(message, ENGLISH[message]) if language == "ar" else ENGLISH[message]
