"use strict";
// News of charges whose outcome was open when their page was left: asks at 2, 5, 10, 20 and 40 seconds
// and then every minute, as long as something is open. What was seen is remembered by the server alone.
(() => {
  const ASK_AT_S = [2, 5, 10, 20, 40];
  const THEN_EVERY_S = 60;
  const ANNOUNCE_AFTER_MS = 500;
  const region = document.getElementById("awaited");
  let asked_s = 0;

  function ready(news) {
    news.querySelector("button").hidden = false;
    return news;
  }

  function show(fresh) {
    for (const news of fresh.querySelectorAll("form")) {
      if (news.querySelector("a").pathname === location.pathname) {
        document.dispatchEvent(new Event("outcome-known"));
      } else if (!document.getElementById(news.id)) {
        region.append(ready(document.adoptNode(news)));
      }
    }
  }

  // Whether to go on asking: something is open, or the office could not be reached.
  async function ask() {
    const headers = { "X-Requested-By": "poll" };
    const answer = await fetch(region.dataset.url, { headers, redirect: "manual" });
    if (!answer.ok) {
      return answer.status >= 500;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("awaited");
    show(fresh);
    return "open" in fresh.dataset;
  }

  function askLater() {
    const next_s = ASK_AT_S.shift() ?? asked_s + THEN_EVERY_S;
    setTimeout(() => ask().catch(() => true).then((goesOn) => goesOn && askLater()), (next_s - asked_s) * 1000);
    asked_s = next_s;
  }

  function close(news) {
    fetch(news.action, { method: "POST", body: new FormData(news), keepalive: true }).catch(() => {});
    const other = news.nextElementSibling || news.previousElementSibling;
    (other?.querySelector("button") || document.getElementById("content")).focus();
    news.remove();
  }

  if (region) {
    region.addEventListener("submit", (event) => {
      event.preventDefault();
      close(event.target);
    });
    region.addEventListener("keydown", (event) => event.key === "Escape" && close(event.target.closest("form")));
    // A screen reader says what is put into the region, not what the page came with.
    setTimeout(() => {
      if (!region.contains(document.activeElement)) {
        region.append(...[...region.children].map(ready));
      }
    }, ANNOUNCE_AFTER_MS);
    if ("open" in region.dataset) {
      askLater();
    }
  }
})();
