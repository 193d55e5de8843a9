"use strict";
// The card fields: grouping, brand, typing mistakes, and their way to the gateway. On the order's page
// they have no names; what is sent is written only into the data of the form that goes to the gateway.
(() => {
  const form = document.getElementById("card-form");
  const say = form.dataset;
  const inputs = [...form.querySelectorAll("[data-card]")];
  const { number, expiry, cvv, holder } = Object.fromEntries(inputs.map((one) => [one.dataset.card, one]));
  const shownBrand = form.querySelector("[data-card-brand]");
  const FOURS = /^(\d{4})(\d{1,4})?(\d{1,4})?(\d{1,7})?/;
  const BRANDS = [
    { name: "Visa", begins: /^4/, length: 16, groups: FOURS },
    { name: "Mastercard", begins: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, length: 16, groups: FOURS },
    { name: "American Express", begins: /^3[47]/, length: 15, groups: /^(\d{4})(\d{1,6})?(\d{1,5})?/ },
  ];

  // The number while its field is left, which then shows only the last four. It is kept nowhere else.
  let hidden = "";

  function digitsOf(input) {
    const text = (input === number && hidden) || input.value;
    return text.replace(/[٠-٩۰-۹]/g, (one) => String(one.charCodeAt(0) & 15)).replace(/\D/g, "");
  }

  function brand() {
    return BRANDS.find(({ begins }) => begins.test(digitsOf(number))) || { name: "", groups: FOURS };
  }

  function passesLuhn(digits) {
    const doubled = [...digits].reverse().map((digit, place) => Number(digit) * (1 + (place % 2)));
    return doubled.reduce((total, part) => total + (part > 9 ? part - 9 : part), 0) % 10 === 0;
  }

  // YYMM, or "" while it is no month.
  function yearMonth() {
    const parts = digitsOf(expiry).match(/^(0[1-9]|1[0-2])(?:20)?(\d\d)$/);
    return parts ? parts[2] + parts[1] : "";
  }

  // The sentence for what is wrong with each field, or "".
  const problems = {
    number() {
      const digits = digitsOf(number);
      const { name, length } = brand();
      if (!digits || (digits.length > 3 && !name)) {
        return digits ? say.sayBrand : say.sayMissing;
      }
      return digits.length !== length || !passesLuhn(digits) ? say.sayNumber : name === "Visa" ? say.visa : "";
    },
    expiry() {
      const typed = yearMonth();
      const now = new Date().toISOString().slice(2, 7).replace("-", "");
      if (!typed || Number(typed) > Number(now) + 2000) {
        return say.sayExpiry;
      }
      return typed < now ? say.sayEnded.replace("{expiry}", `${typed.slice(2)}/${typed.slice(0, 2)}`) : "";
    },
    cvv() {
      const isAmex = brand().length === 15;
      return digitsOf(cvv).length === (isAmex ? 4 : 3) ? "" : isAmex ? say.sayCvvAmex : say.sayCvv;
    },
    holder() {
      return /^[A-Za-z '.-]*$/.test(holder.value.trim()) ? "" : say.sayHolder;
    },
  };

  function isShown(input) {
    return Boolean(input) && input.getClientRects().length > 0;
  }

  function check(input) {
    const problem = isShown(input) ? problems[input.dataset.card]() : "";
    input.setCustomValidity(problem);
    input.setAttribute("aria-invalid", String(Boolean(problem)));
    document.getElementById(`${input.id}_error`).textContent = problem;
  }

  function grouped() {
    const digits = digitsOf(number);
    return (digits.match(brand().groups) || ["", digits]).slice(1).filter(Boolean).join(" ");
  }

  function group() {
    const { name } = brand();
    const digits = digitsOf(number);
    if (number.selectionStart === number.value.length) {
      number.value = grouped();
    }
    shownBrand.textContent = name || shownBrand.dataset.cardBrand;
    say.label = name && digits.length > 12 ? `${name} •••• ${digits.slice(-4)}` : "";
  }

  function hide() {
    hidden = grouped();
    number.value = hidden.replace(/\d(?=(\D*\d){4})/g, "•");
  }

  function reveal() {
    if (hidden) {
      number.value = hidden;
      hidden = "";
      number.select();
    }
  }

  function type(event) {
    event.target.setCustomValidity("");
    if (event.target === number) {
      hidden = "";
      group();
    } else if (event.target === expiry && event.inputType !== "deleteContentBackward") {
      expiry.value = digitsOf(expiry).replace(/^(\d\d)(\d)/, "$1/$2");
    }
  }

  // The gateway wants digits only, YYMM, and no parameter without a value.
  function hand({ formData }) {
    formData.delete("card_holder_name");
    const values = { card_number: digitsOf(number), expiry_date: yearMonth(), card_holder_name: holder.value.trim() };
    Object.assign(values, isShown(cvv) ? { card_security_code: digitsOf(cvv) } : {});
    Object.entries(values).forEach(([name, value]) => value && formData.set(name, value));
    setTimeout(() => form.reset());
  }

  function submit(event) {
    inputs.forEach(check);
    if (!form.checkValidity()) {
      event.preventDefault();
      inputs.find((input) => !input.validity.valid).focus();
    }
  }

  document.documentElement.dataset.script = "on";
  form.hidden = false;
  form.noValidate = true;
  // The rules written for a browser without scripts know nothing of blanks and MM/YY.
  inputs.forEach((input) => ["pattern", "required"].forEach((name) => input.removeAttribute(name)));
  form.addEventListener("input", type);
  form.addEventListener("change", ({ target }) => target.value && check(target));
  form.addEventListener("check", () => inputs.forEach(check));
  form.addEventListener("submit", submit);
  form.addEventListener("reset", () => (hidden = ""));
  number.addEventListener("blur", hide);
  number.addEventListener("focus", reveal);
  form.addEventListener("formdata", hand);
})();
