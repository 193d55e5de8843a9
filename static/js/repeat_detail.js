"use strict";
// The page of a repeat run: asks every two seconds how far it is, as long as anything may still change. When
// the run itself moves on, the page is fetched anew, because other acts are possible then.
(() => {
  const EVERY_MS = 2000;
  const AFTER_TROUBLE_MS = 10000;
  const run = document.getElementById("repeat-run");

  function region() {
    return document.getElementById("repeat-progress");
  }

  // How long to wait for the next question; 0 for none.
  async function ask() {
    const headers = { "X-Requested-By": "poll" };
    const answer = await fetch(run.dataset.url, { headers, redirect: "manual" });
    if (!answer.ok) {
      return answer.status >= 500 ? AFTER_TROUBLE_MS : 0;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("repeat-progress");
    if (fresh.dataset.state !== region().dataset.state) {
      location.reload();
      return 0;
    }
    if (!region().contains(document.activeElement)) {
      region().replaceWith(document.adoptNode(fresh));
    }
    return "open" in region().dataset ? EVERY_MS : 0;
  }

  function askLater(wait_ms) {
    if (wait_ms > 0) {
      setTimeout(() => ask().catch(() => AFTER_TROUBLE_MS).then(askLater), wait_ms);
    }
  }

  if ("open" in region().dataset) {
    askLater(EVERY_MS);
  }
})();
