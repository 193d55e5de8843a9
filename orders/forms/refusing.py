"""Forms that tell a refusal of the service they ask."""

from django import forms

from orders.errors import Refused


def dress(form: forms.Form) -> None:
    """Give every field the looks of this office, and tie it to its help and its error."""
    for name, field in form.fields.items():
        field.widget.attrs |= {
            "class": "form-control",
            "autocomplete": "off",
            "aria-describedby": f"id_{name}_helptext id_{name}_error",
        }


class RefusingForm(forms.Form):
    """A form whose view asks a service, which may refuse what was typed."""

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal of the service at the field it concerns."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
