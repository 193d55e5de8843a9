"""Pages for the tests of middleware: an ordinary one, one with card fields, one that breaks."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from motooffice.urls import urlpatterns as office
from orders import typed_work
from orders.views.decorators import card_page


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.POST.get('note', '')}|{len(request.body)}")


def broken(request: HttpRequest) -> HttpResponse:
    card_number = "4111111111111111"
    raise ValueError(f"cannot use {card_number}")


def typed(request: HttpRequest) -> JsonResponse:
    return JsonResponse(typed_work.take(request))


urlpatterns = [
    path("typed/", typed, name="typed"),
    path("page/", page, name="page"),
    path("card/", card_page(page), name="card"),
    path("broken/", broken, name="broken"),
    *office,
]
