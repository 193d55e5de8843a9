"""Who works in the demo office, who orders from it, and what they order. All of it is made up."""

PASSWORD = "moto-office-demo"  # noqa: S105  the demo's, printed when it starts

STAFF = {
    "agent": ("Layla", "Nasser", "en"),
    "clerk": ("Omar", "Khalil", "en"),
    "supervisor": ("Nour", "Haddad", "en"),
    "auditor": ("Sami", "Darwish", "en"),
    "admin": ("Dana", "Saleh", "en"),
}


PLACES = {
    "AED": ("United Arab Emirates", ("Dubai", "Sharjah", "Abu Dhabi"), "+97150"),
    "SAR": ("Saudi Arabia", ("Riyadh", "Jeddah", "Dammam"), "+96655"),
    "KWD": ("Kuwait", ("Kuwait City", "Salmiya"), "+9656"),
    "JOD": ("Jordan", ("Amman", "Irbid"), "+96279"),
    "USD": ("United States", ("Dearborn", "Houston"), "+1313"),
}

FIRST = "Aisha Yousef Sara Karim Huda Mariam Khalid Rana Tariq Noura Hassan Salma".split()
LAST = "Rahman Mansour Aziz Najjar Farah Qasim Sabbagh Hamdan Zayed Barakat".split()
FIRST_ARABIC = "عائشة يوسف سارة كريم هدى مريم خالد رنا طارق نورة".split()
LAST_ARABIC = "رحمن منصور عزيز النجار فرح قاسم صباغ حمدان زايد بركات".split()
LONG_NAME = "Abdulrahman bin Mohammed bin Abdulaziz Al-Qahtani & Partners General Trading"

GOODS = (
    ("Oud gift box, delivery Thursday", 12500),
    ("2 × Bukhoor set", 9000),
    ("Date selection, 1 kg", 6425),
    ("Saffron, 10 g", 18500),
    ("Perfume refill", 3500),
    ("Catalogue order, page 14", 41000),
    ("Coffee pot, brass", 22275),
    ("Prayer rug, blue", 15600),
    ("طقم قهوة عربية", 28000),
    ("عسل سدر، كيلو واحد", 32050),
)

CUSTOMERS = 60
EXPIRY = "3005"
CARDS = (("VISA", "0001"), ("MASTERCARD", "2346"), ("AMEX", "4564"))
DECLINED_CARD = ("VISA", "0242")
