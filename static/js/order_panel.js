"use strict";
// The panel that stays in sight: what was typed so far, the amount in words, the text of the button.
// Amounts are read by the server, which decides; the rest of the page finds what it said in data-money.
(() => {
  const form = document.getElementById("order-form");
  const card = document.getElementById("card-form").dataset;
  const zones = document.getElementById("order-zones");
  const button = document.getElementById("charge-button");
  const say = button.dataset;
  const { amount, currency, reference } = form.elements;
  let latest = 0;

  function chosen(name) {
    return zones.querySelector(`[name="${name}"]:checked`);
  }

  // Fills {amount} and {card}; each keeps its own direction of writing.
  function label(text, values) {
    const pieces = text.split(/\{(\w+)\}/).map((piece, place) => {
      const element = document.createElement(place % 2 ? "bdi" : "span");
      element.textContent = place % 2 ? values[piece] : piece;
      return element;
    });
    button.replaceChildren(...pieces);
  }

  function show() {
    const radio = chosen("card");
    const cardLabel = radio?.dataset.label || (radio && card.label) || "";
    const over = form.dataset.over || form.dataset.overNear || "";
    document.getElementById("over-ceiling").hidden = !over;
    document.getElementById("over-ceiling-words").textContent = over;
    const act = over ? "ask" : (chosen("wants")?.value || form.dataset.wants) === "authorization" ? "reserve" : "charge";
    const detail = form.dataset.money ? (cardLabel ? "Card" : "Amount") : "";
    if (!button.disabled) {
      label(say[act + detail], { amount: form.dataset.money, card: cardLabel });
    }
    const shown = {
      card: cardLabel || (radio && say.newCard),
      customer: document.getElementById("order-customer")?.dataset.customer || form.elements.name?.value,
      description: form.elements.description?.value,
      source: chosen("source")?.nextElementSibling.textContent,
    };
    for (const place of zones.querySelectorAll("[data-echo]")) {
      place.textContent = shown[place.dataset.echo]?.trim() || "—";
    }
  }

  // The line under a control, with a link where there is something to open.
  function write(control, sentence, url) {
    const line = document.getElementById(`${control.id}_error`);
    control.setAttribute("aria-invalid", String(Boolean(sentence)));
    line.textContent = sentence || "";
    if (url) {
      const link = { href: url, textContent: say.openIt, target: "_blank" };
      line.append(" ", Object.assign(document.createElement("a"), link));
    }
  }

  async function ask(values) {
    const answer = await fetch(`${form.dataset.check}?${new URLSearchParams(values)}`, { redirect: "manual" });
    return answer.ok ? answer.json() : {};
  }

  async function checkAmount(isLeaving) {
    const mine = (latest += 1);
    const answer = await ask({ amount: amount.value, currency: currency.value }).catch(() => ({}));
    if (mine !== latest) {
      return;
    }
    form.dataset.money = answer.money || "";
    card.visa = answer.visa || "";
    form.dataset.over = answer.over || "";
    amount.placeholder = answer.placeholder || "";
    document.getElementById("amount-words").textContent = answer.words || "";
    if (isLeaving || !answer.error) {
      write(amount, amount.value && answer.error);
    }
    show();
  }

  async function checkReference() {
    const answer = await ask({ reference: reference.value }).catch(() => ({}));
    write(reference, answer.error, answer.url);
  }

  document.addEventListener("input", ({ target }) => {
    if (target === amount) {
      checkAmount(false);
    } else {
      if (target.form === form && target.getAttribute("aria-invalid") === "true") {
        write(target, "");
      }
      show();
    }
  });
  document.addEventListener("change", ({ target }) => {
    if (target === amount || target === currency) {
      checkAmount(true);
    } else if (target === reference) {
      checkReference();
    }
  });
  document.addEventListener("order-changed", show);
  document.addEventListener("over-known", show);
  if (amount) {
    checkAmount(Boolean(amount.value));
  }
  show();
})();
