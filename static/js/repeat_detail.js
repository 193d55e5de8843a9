"use strict";
// The page of a repeat run: asks every two seconds how far it is while it runs, and now and then as long as an
// outcome is open. When the run itself moves on, the page is fetched anew: other acts are possible then.
(() => {
  const EVERY_MS = 2000;
  const NOW_AND_THEN_MS = 10000;
  const run = document.getElementById("repeat-run");

  function region() {
    return document.getElementById("repeat-progress");
  }

  function wait() {
    const { open, state } = region().dataset;
    if (open === undefined) {
      return 0;
    }
    return state === "running" ? EVERY_MS : NOW_AND_THEN_MS;
  }

  // How long to wait for the next question; 0 for none.
  async function ask() {
    const headers = { "X-Requested-By": "poll" };
    const answer = await fetch(run.dataset.url, { headers, redirect: "manual" });
    if (!answer.ok) {
      return answer.status >= 500 ? NOW_AND_THEN_MS : 0;
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
    return wait();
  }

  function askLater(wait_ms) {
    if (wait_ms > 0) {
      setTimeout(() => ask().catch(() => NOW_AND_THEN_MS).then(askLater), wait_ms);
    }
  }

  askLater(wait());
})();
