"use strict";
(() => {
  const form = document.querySelector(".filter");
  const rows = [...document.querySelectorAll("tbody tr")];
  const texts = rows.map((row) => row.querySelector("th").textContent.toLowerCase());
  const buttons = [...form.querySelectorAll("button")];
  const find = form.querySelector("input");
  const said = form.querySelector("output");
  const show = () => {
    const words = find.value.trim().toLowerCase();
    const wanted = buttons.filter((button) => button.ariaPressed === "true").map((button) => button.dataset.status);
    let shown = 0;
    rows.forEach((row, number) => {
      const fits = texts[number].includes(words) && (!wanted.length || wanted.includes(row.dataset.status));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    said.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} hosts`;
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("input", show);
  buttons.forEach((button) => button.addEventListener("click", () => {
    button.ariaPressed = button.ariaPressed === "true" ? "false" : "true";
    show();
  }));
  const open = () => {
    const details = document.getElementById(location.hash.slice(1))?.querySelector("details");
    if (details) details.open = true;
  };
  addEventListener("hashchange", open);
  form.hidden = rows.length < 2;
  open();
})();
