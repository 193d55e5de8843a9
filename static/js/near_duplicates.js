"use strict";
// The warning about charges that look like this one. The server finds them and writes it; here it
// is asked for while the order is typed, and what was typed as the reason is kept.
(() => {
  const form = document.getElementById("order-form");
  const place = document.getElementById("near-duplicates");
  const PAUSE_MS = 300;
  let asked = "";
  let shown = place.innerHTML.trim();
  let timer = 0;

  function show(html) {
    if (html.trim() === shown) {
      return;
    }
    const reason = document.getElementById("id_reason")?.value || "";
    shown = html.trim();
    place.innerHTML = html;
    const field = document.getElementById("id_reason");
    if (field && reason) {
      field.value = reason;
    }
  }

  function wanted() {
    const { customer, amount, currency } = form.elements;
    const card = document.querySelector('#order-zones [name="card"]:checked');
    return new URLSearchParams({
      customer: customer?.value || "",
      amount: amount.value,
      currency: currency.value,
      card: card?.value || "",
    }).toString();
  }

  async function ask() {
    const mine = wanted();
    if (mine !== asked) {
      asked = mine;
      const answer = await fetch(`${form.dataset.check}?${mine}`, { redirect: "manual" });
      const { near, over } = answer.ok ? await answer.json() : {};
      if (mine === asked && near !== undefined) {
        show(near);
        form.dataset.overNear = over;
        document.dispatchEvent(new Event("over-known"));
      }
    }
  }

  function askSoon() {
    clearTimeout(timer);
    // Without an answer nothing is shown: the server asks again when the button is pressed.
    timer = setTimeout(() => ask().catch(() => {}), PAUSE_MS);
  }

  document.addEventListener("order-refused", ({ detail }) => detail.near && show(detail.near));
  if (form.dataset.check) {
    document.addEventListener("input", askSoon);
    document.addEventListener("order-changed", askSoon);
    asked = shown ? wanted() : "";
    askSoon();
  }
})();
