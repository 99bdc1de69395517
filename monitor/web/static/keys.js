// j and k go through the items of a list, / goes to the search, o opens; nothing else.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const items = [...document.querySelectorAll("[data-item] a:first-of-type")].filter((a) => a.closest("[data-item]").querySelector("a") === a);
  const at = items.indexOf(document.activeElement);
  if (event.key === "j" || event.key === "k") {
    const next = items[event.key === "j" ? Math.min(at + 1, items.length - 1) : Math.max(at - 1, 0)];
    if (next) { next.focus(); next.scrollIntoView({ block: "center" }); event.preventDefault(); }
  } else if (event.key === "/") {
    const box = document.querySelector("input[type=search]");
    if (box) box.focus(); else location.href = "/search";
    event.preventDefault();
  } else if (event.key === "o" && at >= 0) items[at].click();
});
