import pytest
from django.db.models import ProtectedError

from orders.models import Evidence, Operation
from tests.factories import OperationFactory
from tests.models.refusals import refused


def keep(digest: str = "d" * 64, **columns: object) -> Evidence:
    """A statement, kept."""
    values: dict[str, object] = {"source": Evidence.Source.FEEDBACK, "verified": True}
    return Evidence.objects.create(digest=digest, **(values | columns))


def test_one_statement_is_kept_once(db: None) -> None:
    keep()
    with refused("digest"):
        keep(operation=OperationFactory(), verified=False)


def test_what_belongs_to_no_operation_is_kept_too(db: None) -> None:
    evidence = keep(merchant_reference="SHOP-7")
    assert evidence.operation is None
    assert evidence.received_at is not None


def test_statements_are_read_in_the_order_they_came(db: None) -> None:
    kept = [keep(letter * 64) for letter in "cab"]
    assert list(Evidence.objects.all()) == kept


def test_a_body_comes_back_as_it_was(db: None) -> None:
    body = {"response_message": "عملية ناجحة", "amount": "12500", "status": "14"}
    keep(body=body)
    assert Evidence.objects.get().body == body


def test_evidence_is_called_by_its_source_and_outcome() -> None:
    assert str(Evidence(source="check", outcome="approved")) == "Status check approved"
    assert {source.label for source in Evidence.Source} == {
        "Answer", "Feedback", "Status check", "Card return", "Person"
    }  # fmt: skip


def test_an_operation_with_evidence_is_not_deleted(db: None) -> None:
    operation = OperationFactory()
    keep(operation=operation)
    with pytest.raises(ProtectedError):
        Operation.objects.filter(pk=operation.pk).delete()
