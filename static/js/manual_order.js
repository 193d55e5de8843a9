"use strict";
// Pressing the button. The order goes to this server without the card; for a new card the answer
// holds the signed fields of the gateway's form, and only that form carries the card.
(() => {
  const form = document.getElementById("order-form");
  const cardForm = document.getElementById("card-form");
  const button = document.getElementById("charge-button");
  const zones = document.getElementById("order-zones");
  const errors = document.getElementById("order-errors");
  const status = document.getElementById("charge-status");
  const say = button.dataset;
  const changed = new Event("order-changed");

  function setBusy(isBusy) {
    button.disabled = isBusy;
    zones.inert = isBusy;
    zones.setAttribute("aria-busy", String(isBusy));
    status.textContent = isBusy ? say.busy : "";
    if (isBusy) {
      button.textContent = say.busy;
    }
    document.dispatchEvent(changed);
  }

  function tell(sentence) {
    const notice = Object.assign(document.createElement("p"), { className: "notice notice-error", tabIndex: -1 });
    notice.setAttribute("role", "alert");
    notice.textContent = sentence;
    errors.replaceChildren(notice);
    notice.focus();
  }

  // The page anew, for the token of a session that another tab has begun meanwhile.
  async function renewToken() {
    const page = await fetch(form.action, { redirect: "manual" });
    const parsed = new DOMParser().parseFromString(await page.text(), "text/html");
    const token = parsed.querySelector("#order-form [name=csrfmiddlewaretoken]");
    if (token) {
      form.elements.csrfmiddlewaretoken.value = token.value;
    }
    return page;
  }

  async function send(values) {
    const body = new URLSearchParams(new FormData(form));
    Object.entries(values).forEach(([name, value]) => body.set(name, value));
    return fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
  }

  function mark(lines) {
    for (const place of document.querySelectorAll('[id^="id_"][id$="_error"]')) {
      const own = lines.filter(({ id }) => `${id}_error` === place.id);
      place.textContent = own.map(({ text }) => text).join(" ");
      document.getElementById(place.id.slice(0, -6))?.setAttribute("data-wrong", String(own.length > 0));
    }
  }

  function showErrors(answer, wrongCards) {
    errors.innerHTML = answer.summary;
    mark(answer.errors);
    for (const input of wrongCards) {
      const link = { href: `#${input.id}`, textContent: input.validationMessage };
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("a"), link));
      errors.querySelector("ul").append(item);
    }
    const named = answer.errors.map(({ id }) => document.getElementById(id)).filter(Boolean);
    const [first] = [...named, ...wrongCards].sort((a, b) => (a.compareDocumentPosition(b) & 4 ? -1 : 1));
    first?.closest("details")?.setAttribute("open", "");
    (first?.querySelector("input:not(:disabled)") || first || errors.firstElementChild)?.focus();
  }

  function goToGateway({ action, fields, back }) {
    for (const [name, value] of Object.entries(fields)) {
      const hidden = { type: "hidden", name, value };
      cardForm.append(Object.assign(document.createElement("input"), hidden));
    }
    // The order is stored: coming back from a gateway that cannot be reached leads to it.
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
      const page = await renewToken();
      answer = page.ok ? await send(values) : page;
    }
    if (answer.status === 422) {
      const refusal = await answer.json();
      setBusy(false);
      showErrors(refusal, wrongCards);
      return;
    }
    if (!answer.ok) {
      const sentences = { 0: say.signedOut, 400: say.notUnderstood, 403: say.forbidden };
      throw new Error(sentences[answer.status] || say.offline);
    }
    const next = await answer.json();
    if (next.location) {
      location.assign(next.location);
    } else {
      goToGateway(next);
    }
  }

  function press(event) {
    event.preventDefault();
    if (!button.disabled) {
      setBusy(true);
      charge().catch((error) => {
        setBusy(false);
        tell(error instanceof TypeError || error instanceof SyntaxError ? say.offline : error.message);
      });
    }
  }

  function key(event) {
    const isField = event.target.matches("#order-zones :is(input, select, textarea)");
    if (event.key !== "Enter" || event.isComposing) {
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      press(event);
    } else if (isField && !event.target.matches("textarea")) {
      event.preventDefault();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter === button) {
      press(event);
    }
  });
  document.addEventListener("keydown", key);
  window.addEventListener("pageshow", ({ persisted }) => persisted && setBusy(false));
})();
