"use strict";
// The customer box: a combobox over the server's search (WAI-ARIA pattern, list of suggestions). The
// choice fetches this same page for the customer and takes over its parts.
(() => {
  const form = document.getElementById("order-form");
  const status = document.getElementById("charge-status");
  const say = document.getElementById("charge-button").dataset;
  const PARTS = ["order-customer", "id_card"];
  let latest = 0;

  const box = () => document.getElementById("id_customer_search");
  const list = () => document.getElementById("customer-list");
  const options = () => [...list().querySelectorAll("[role=option]:not([aria-disabled])")];
  const active = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

  function open(isOpen) {
    list().hidden = !isOpen;
    box().setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      list().scrollIntoView({ block: "nearest" });
    } else {
      box().removeAttribute("aria-activedescendant");
    }
  }

  function mark(place) {
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    const option = options()[place];
    box().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  async function search() {
    const mine = (latest += 1);
    const text = box().value.trim();
    if (text.length < 2) {
      open(false);
      return;
    }
    const answer = await fetch(`${form.dataset.search}?${new URLSearchParams({ q: text })}`, { redirect: "manual" });
    const found = answer.ok ? await answer.text() : "";
    if (mine === latest && box()) {
      list().innerHTML = found;
      list().append(document.getElementById("new-customer-option").content.cloneNode(true));
      open(true);
      status.textContent = say.found.replace("{count}", options().length - 1);
    }
  }

  async function take(pk) {
    const answer = await fetch(`${form.action}?customer=${pk}`, { redirect: "manual" });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    const parts = PARTS.map((id) => page.getElementById(id));
    if (parts.every(Boolean)) {
      parts.forEach((part) => document.getElementById(part.id).replaceWith(part));
      if (document.getElementById("card-number").value) {
        document.querySelector("[name=card][value=new]").checked = true;
      }
      document.querySelector("#order-customer [data-alt-key=c]").focus();
      document.dispatchEvent(new Event("order-changed"));
    } else {
      status.textContent = answer.status ? say.offline : say.signedOut;
    }
  }

  function typeNew() {
    const typed = box().value.trim();
    const field = typed.includes("@") ? "email" : /^[+\d][\d\s]*$/.test(typed) ? "phone" : "name";
    open(false);
    document.getElementById("new-customer").open = true;
    form.elements[field].value = typed;
    box().value = "";
    form.elements[field === "name" ? "email" : "name"].focus();
    document.dispatchEvent(new Event("order-changed"));
  }

  function choose(option) {
    return option.dataset.pk ? take(option.dataset.pk) : typeNew();
  }

  function key(event) {
    if (event.target !== box() || event.isComposing) {
      return;
    }
    const isOpen = !list().hidden;
    const last = options().length - 1;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && isOpen) {
      event.preventDefault();
      const next = active() + step;
      mark(next < 0 ? last : next > last ? 0 : next);
    } else if (event.key === "Enter" && isOpen && !event.ctrlKey) {
      event.preventDefault();
      choose(options()[Math.max(active(), 0)]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      open(false);
    }
  }

  document.addEventListener("keydown", key);
  document.addEventListener("input", ({ target }) => target === box() && search().catch(() => open(false)));
  document.addEventListener("focusout", ({ target }) => target === box() && open(false));
  // Pressing the mouse must not take the focus from the box before the click is heard.
  document.addEventListener("mousedown", (event) => event.target.closest("[role=option]") && event.preventDefault());
  document.addEventListener("click", (event) => {
    const option = event.target.closest("#customer-list [role=option]:not([aria-disabled])");
    if (option) {
      choose(option);
    } else if (event.target.closest("[data-action=change-customer]")) {
      event.preventDefault();
      take("");
    }
  });
})();
