"use strict";
(() => {
  const form = document.querySelector(".filter");
  const table = document.querySelector("table");
  const hosts = [...document.querySelectorAll("tbody")];
  const texts = hosts.map((host) => host.textContent.toLowerCase());
  const buttons = [...form.querySelectorAll("button")];
  const find = form.querySelector("input");
  const sort = form.querySelector("select");
  const said = form.querySelector("output");

  // -- details ---------------------------------------------------------------
  const expand = (host, open) => {
    host.querySelector(".more").hidden = !open;
    host.querySelector(".opens").ariaExpanded = String(open);
  };
  const isOpen = (host) => !host.querySelector(".more").hidden;
  table.addEventListener("click", (event) => {
    const button = event.target.closest(".opens");
    if (!button) return;
    const host = button.closest("tbody");
    expand(host, !isOpen(host));
    history.replaceState(state(), "");
  });

  // -- filter and order ------------------------------------------------------
  const show = () => {
    const words = find.value.trim().toLowerCase();
    const wanted = buttons.filter((button) => button.ariaPressed === "true").map((button) => button.dataset.status);
    let shown = 0;
    hosts.forEach((host, number) => {
      const fits = texts[number].includes(words) && (!wanted.length || wanted.includes(host.dataset.status));
      host.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    said.textContent = shown === hosts.length ? "" : `${shown} of ${hosts.length} hosts`;
  };
  const names = new Intl.Collator(undefined, { numeric: true });
  const order = () => {
    const by = sort.value;
    const name = (host) => host.querySelector(".opens").textContent;
    const compare = by === "name"
      ? (a, b) => names.compare(name(a), name(b))
      : (a, b) => Number(b.dataset[by]) - Number(a.dataset[by]);
    table.append(...(by ? [...hosts].sort(compare) : hosts));
  };

  // -- what a refresh keeps --------------------------------------------------
  const auto = document.querySelector(".live-switch input");
  const state = () => ({
    find: find.value,
    sort: sort.value,
    wanted: buttons.filter((button) => button.ariaPressed === "true").map((button) => button.dataset.status),
    open: hosts.filter(isOpen).map((host) => host.id),
    auto: auto ? auto.checked : true,
    top: scrollY,
  });
  const restore = (kept) => {
    if (!kept) return;
    find.value = kept.find;
    sort.value = kept.sort;
    buttons.forEach((button) => { button.ariaPressed = String(kept.wanted.includes(button.dataset.status)); });
    kept.open.forEach((id) => { const host = document.getElementById(id); if (host) expand(host, true); });
    if (auto) auto.checked = kept.auto;
    if (kept.find || kept.wanted.length) show();
    if (kept.sort) order();
    scrollTo(0, kept.top);
  };
  const change = (act) => () => { act(); history.replaceState(state(), ""); };
  form.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("input", change(show));
  sort.addEventListener("change", change(order));
  buttons.forEach((button) => button.addEventListener("click", change(() => {
    button.ariaPressed = button.ariaPressed === "true" ? "false" : "true";
    show();
  })));

  // -- links to a host that the filter hides ---------------------------------
  const follow = () => {
    const host = hosts.find((each) => each.id === decodeURIComponent(location.hash.slice(1)));
    if (!host) return;
    if (host.hidden) {
      find.value = "";
      buttons.forEach((button) => { button.ariaPressed = "false"; });
      show();
    }
    expand(host, true);
    host.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", follow);

  // -- copying ---------------------------------------------------------------
  document.querySelectorAll(".copy").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = button.previousElementSibling;
      getSelection().selectAllChildren(code);
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Selected";
      }
    });
  });

  // -- a run that goes on ----------------------------------------------------
  const seconds = Number(document.body.dataset.refresh);
  if (seconds) {
    auto.parentElement.hidden = false;
    auto.addEventListener("change", change(() => {}));
    if (Date.now() - Date.parse(document.lastModified) > 180000) document.querySelector(".late").hidden = false;
    setInterval(() => {
      if (!auto.checked || document.hidden) return;
      history.replaceState(state(), "");
      location.reload();
    }, seconds * 1000);
  }
  form.hidden = hosts.length < 2;
  if (history.state) restore(history.state);
  else follow();
})();
