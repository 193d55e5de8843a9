"use strict";
// The frame of every page: keys, the narrow menu, and where focus lands when a page opens.
// Alt+letter focuses the element whose data-alt-key is that letter, and presses what is no field or has
// data-alt-press; pages only mark them.
(() => {
  const side = document.querySelector(".side");
  const toggle = document.querySelector('[data-action="toggle-side"]');
  const search = document.getElementById("office-search");
  const keys = document.getElementById("keys-dialog");
  const FIELDS = "input, select, textarea";

  function isTyping(target) {
    return target instanceof HTMLElement && (target.matches(FIELDS) || target.isContentEditable);
  }

  function use(element) {
    element.focus();
    if (!element.matches(FIELDS) || "altPress" in element.dataset) {
      element.click();
    }
  }

  function isVisible(element) {
    return element.getClientRects().length > 0;
  }

  function pressAlt(event) {
    // The physical key, so that Alt+N works on an Arabic keyboard as well.
    const letter = event.code.replace(/^(Key|Digit)/, "").toLowerCase();
    const marked = document.querySelectorAll(`[data-alt-key="${CSS.escape(letter)}"]`);
    const element = [...marked].find((one) => isVisible(one) || one.matches("a[href]"));
    if (element) {
      event.preventDefault();
      use(element);
    }
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.isComposing) {
      return;
    }
    if (event.altKey) {
      pressAlt(event);
    } else if (!isTyping(event.target) && search && (event.key === "/" || event.key === "ظ")) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (!isTyping(event.target) && keys && (event.key === "?" || event.key === "؟")) {
      event.preventDefault();
      showKeys();
    }
  }

  function showKeys() {
    if (!keys.open) {
      keys.showModal();
    }
  }

  function toggleSide() {
    const isOpen = side.classList.toggle("side-open");
    toggle.setAttribute("aria-expanded", String(isOpen));
  }

  document.addEventListener("keydown", press);
  toggle?.addEventListener("click", toggleSide);
  document.querySelector('[data-action="show-keys"]')?.addEventListener("click", showKeys);
  for (const button of document.querySelectorAll('[data-action="print"]')) {
    button.addEventListener("click", () => window.print());
  }
  const first = '[data-action="focus"], [data-action="focus-first"] input:not([type="hidden"])';
  document.querySelector(first)?.focus();
})();
