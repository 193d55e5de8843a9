import pytest
from django.utils.translation import gettext_lazy, override

from orders.errors import Conflict, Refused


def test_a_refusal_speaks_its_sentence_and_keeps_its_code() -> None:
    refused = Refused("amount_zero", "The amount must be more than zero.", field="amount")
    assert str(refused) == "The amount must be more than zero."
    assert (refused.code, refused.field) == ("amount_zero", "amount")


def test_a_refusal_concerns_the_whole_act_unless_a_field_is_named() -> None:
    assert Refused("not_permitted", "No.").field == ""


def test_what_is_logged_of_a_refusal_is_its_code() -> None:
    assert repr(Refused("not_permitted", "Layla may not.")) == "Refused('not_permitted')"


@pytest.mark.parametrize(("language", "sentence"), [("en", "Monday"), ("ar", "الاثنين")])
def test_a_sentence_is_told_in_the_readers_language(language: str, sentence: str) -> None:
    with override(language):
        assert str(Refused("closed", gettext_lazy("Monday"))) == sentence


def test_a_conflict_is_a_refusal_that_can_be_told_apart() -> None:
    with pytest.raises(Refused) as caught:
        raise Conflict("form_key_reused", "This form was already used.")
    assert type(caught.value) is Conflict
