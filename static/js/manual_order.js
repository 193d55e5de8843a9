"use strict";
// Pressing the button. The order goes to this server without the card; for a new card the answer
// holds the signed fields of the gateway's form, and only that form carries the card.
(() => {
  const form = document.getElementById("order-form");
  const cardForm = document.getElementById("card-form");
  const button = document.getElementById("charge-button");
  const zones = document.getElementById("order-zones");
  const errors = document.getElementById("order-errors");
  const say = button.dataset;

  function setBusy(isBusy) {
    button.disabled = isBusy;
    zones.inert = isBusy;
    document.getElementById("charge-status").textContent = isBusy ? say.busy : "";
    button.textContent = say.busy;
    document.dispatchEvent(new Event("order-changed"));
  }

  function tell(sentence) {
    const notice = { className: "notice notice-error", role: "alert", textContent: sentence };
    errors.replaceChildren(Object.assign(document.createElement("p"), notice));
    errors.scrollIntoView({ block: "nearest" });
    button.focus();
  }

  async function send(values) {
    const body = new URLSearchParams(new FormData(form));
    Object.entries(values).forEach(([name, value]) => body.set(name, value));
    return fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
  }

  // Another tab may have begun a new session meanwhile; the page fetched anew holds its token.
  async function sendAgain(values) {
    const page = await fetch(form.action, { redirect: "manual" });
    const parsed = new DOMParser().parseFromString(await page.text(), "text/html");
    const token = parsed.querySelector("#order-form [name=csrfmiddlewaretoken]");
    if (!token) {
      return page;
    }
    form.elements.csrfmiddlewaretoken.value = token.value;
    return send(values);
  }

  function showErrors({ summary, errors: lines }, wrongCards) {
    errors.innerHTML = summary;
    for (const place of document.querySelectorAll('[id^="id_"][id$="_error"]')) {
      const own = lines.filter(({ id }) => place.id === `${id}_error`);
      place.textContent = own.map(({ text }) => text).join(" ");
    }
    for (const control of zones.querySelectorAll(":is(.form-control, .form-select)[name]")) {
      control.setAttribute("aria-invalid", String(lines.some(({ id }) => id === control.id)));
    }
    for (const input of wrongCards) {
      const link = { href: `#${input.id}`, textContent: input.validationMessage };
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("a"), link));
      errors.querySelector("ul").append(item);
    }
    const named = lines.map(({ id }) => document.getElementById(id)).filter(Boolean);
    const [first] = [...named, ...wrongCards].sort((a, b) => (a.compareDocumentPosition(b) & 4 ? -1 : 1));
    first?.closest("details")?.setAttribute("open", "");
    (first?.querySelector("input:not(:disabled)") || first || errors.firstElementChild).focus();
  }

  function goToGateway({ action, fields, back }) {
    for (const [name, value] of Object.entries(fields)) {
      cardForm.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    // The order is stored: going back from a gateway that cannot be reached leads to it.
    history.replaceState(null, "", back);
    cardForm.action = action;
    cardForm.submit();
  }

  async function charge() {
    cardForm.dispatchEvent(new Event("check"));
    const wrongCards = [...cardForm.elements].filter((input) => !input.validity.valid);
    const values = wrongCards.length ? { found_by_browser: wrongCards.length } : { charge: 1 };
    let answer = await send(values);
    if (answer.status === 403) {
      answer = await sendAgain(values);
    }
    const next = answer.ok || answer.status === 422 ? await answer.json() : {};
    if (next.location) {
      location.assign(next.location);
    } else if (next.action) {
      goToGateway(next);
    } else {
      setBusy(false);
      document.dispatchEvent(new CustomEvent("order-refused", { detail: next }));
      const sentences = { 0: say.signedOut, 400: say.notUnderstood, 403: say.forbidden };
      next.errors ? showErrors(next, wrongCards) : tell(sentences[answer.status] || say.offline);
    }
  }

  function press(event) {
    event.preventDefault();
    if (!button.disabled) {
      setBusy(true);
      charge().catch(() => {
        setBusy(false);
        tell(say.offline);
      });
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      press(event);
    } else if (event.key === "Enter" && event.target.matches("#order-zones :is(input, select)")) {
      event.preventDefault();
    }
  });
  form.addEventListener("submit", (event) => (event.submitter === button ? press(event) : event.preventDefault()));
  window.addEventListener("pageshow", ({ persisted }) => persisted && setBusy(false));
})();
