"use strict";
// The page of an order: goes on once when the card is just back, asks by itself while an outcome is
// awaited, and keys. Everything here only presses the page's own buttons.
(() => {
  const ASK_AT_S = [2, 5, 10, 20, 40];
  const LATE_S = 40;
  const opened = performance.now();
  const waiting = [...ASK_AT_S];
  let ticking = 0;

  function region() {
    return document.getElementById("order");
  }

  function isTyping() {
    return document.activeElement?.matches("input:not([type=hidden]), select, textarea") ?? false;
  }

  function say(words) {
    document.getElementById("order-news").textContent = words;
  }

  function showSeconds(seconds) {
    const shown = Math.min(seconds, LATE_S);
    const text = region().querySelector("[data-result-seconds]");
    const arc = region().querySelector("[data-result-arc]");
    if (text && arc) {
      text.textContent = String(shown);
      arc.setAttribute("stroke-dasharray", `${(shown / LATE_S) * 100} 100`);
    }
  }

  // Forty seconds are more than a caller should hold: say that we will come back.
  function showLate() {
    const late = region().querySelector("[data-once-late]");
    if (late && secondsOpen() >= LATE_S) {
      late.hidden = false;
      region().querySelector("[data-until-late]").hidden = true;
      say(late.textContent.trim());
    }
  }

  function replace(fresh) {
    const wasTyping = isTyping();
    // The old button is the one that the frame's script has wired.
    fresh.querySelector(".page-actions").replaceWith(region().querySelector(".page-actions"));
    region().replaceWith(document.adoptNode(fresh));
    showLate();
    const title = document.getElementById("result-title");
    if (wasTyping) {
      say(title.textContent);
    } else {
      title.focus();
    }
  }

  async function ask(form) {
    const headers = { "X-Requested-By": "poll" };
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
    if (!answer.ok) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("order");
    if (fresh && fresh.dataset.state !== region().dataset.state) {
      replace(fresh);
    }
  }

  const secondsOpen = () => Math.floor((performance.now() - opened) / 1000);

  function tick() {
    const form = region().querySelector("form[data-asks-itself]");
    const seconds = secondsOpen();
    if (!form) {
      clearInterval(ticking);
      return;
    }
    showSeconds(seconds);
    if (waiting.length > 0 && seconds >= waiting[0]) {
      waiting.shift();
      // No network is no answer either: the next question comes at its time.
      ask(form).catch(() => {});
    }
    showLate();
    if (seconds >= LATE_S) {
      clearInterval(ticking);
    }
  }

  function showBusy(event) {
    const button = event.target.querySelector("button");
    if (event.target.closest("#order") && button) {
      button.disabled = true;
      button.textContent = event.target.dataset.busy || button.textContent;
    }
  }

  function press(event) {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
    if (event.code === "KeyP" && isPlain && !isTyping() && !document.querySelector("dialog[open]")) {
      document.querySelector('[data-action="mark-paid"]')?.click();
    }
  }

  document.addEventListener("submit", showBusy);
  document.addEventListener("keydown", press);
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
  document.addEventListener("outcome-known", () => {
    const form = region().querySelector("form[data-ask]");
    form && ask(form).catch(() => {});
  });
  ticking = setInterval(tick, 1000);
  document.querySelector("form[data-goes-on]")?.requestSubmit();
})();
