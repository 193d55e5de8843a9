"""A file of rows to charge."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.errors import Refused

LONGEST_BYTES = 2_000_000


class RepeatNewForm(forms.Form):
    """What ``services.repeat_files.upload`` asks for."""

    sheet = forms.FileField(
        label=_("CSV file"),
        help_text=_("UTF-8, with commas or semicolons. At most 2 MB."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty."),
        },
        widget=forms.FileInput(
            attrs={
                "accept": ".csv,text/csv",
                "class": "form-control",
                "aria-describedby": "id_sheet_helptext id_sheet_error",
            }
        ),
    )

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal of the service at the field it concerns."""
        self.add_error("sheet" if refusal.field == "sheet" else None, str(refusal))
