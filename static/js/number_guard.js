"use strict";
// Empties any field of ours in which something like a card number is typed or pasted, before it can
// be sent. The server refuses such a request anyway; this saves the agent the refusal.
(() => {
  const RUN = /\d(?:[\s.,\-_/·•*+]{0,3}\d){12,}/g;
  const EASTERN = /[\u0660-\u0669\u06f0-\u06f9]/g;
  const status = document.getElementById("charge-status");
  const { cardDigits } = document.getElementById("charge-button").dataset;

  function passesLuhn(digits) {
    let total = 0;
    for (const [place, digit] of [...digits].reverse().entries()) {
      const doubled = place % 2 ? Number(digit) * 2 : Number(digit);
      total += doubled > 9 ? doubled - 9 : doubled;
    }
    return total % 10 === 0;
  }

  function isCard(digits) {
    return digits.length >= 13 && digits.length <= 19 && /^[2-9]/.test(digits) && passesLuhn(digits);
  }

  function holdsCard(text) {
    const western = text.replace(EASTERN, (digit) => String(digit.charCodeAt(0) & 15));
    return (western.match(RUN) || []).some((run) => {
      const digits = run.replace(/\D/g, "");
      return [digits, digits.slice(0, 16), digits.slice(-16), digits.slice(0, 15)].some(isCard);
    });
  }

  function guard(event) {
    const field = event.target;
    if (!field.name || !field.matches("input:not([type=tel]), textarea") || !holdsCard(field.value)) {
      return;
    }
    field.value = "";
    event.stopImmediatePropagation();
    const line = document.getElementById(`${field.id}_error`);
    if (line) {
      line.textContent = cardDigits;
    }
    status.textContent = cardDigits;
  }

  // Capturing: no other listener sees the number.
  document.addEventListener("input", guard, true);
})();
