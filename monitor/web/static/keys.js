// j and k go through the items of a list, o opens one, c and r press its buttons, / goes to the search. On a phone the
// facets are folded. Nothing else.
"use strict";
const first = (item) => item.querySelector("a");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const items = [...document.querySelectorAll("[data-item]")].filter(first);
  const at = items.findIndex((item) => item.contains(document.activeElement));
  if (event.key === "j" || event.key === "k") {
    const next = items[event.key === "j" ? Math.min(at + 1, items.length - 1) : Math.max(at - 1, 0)];
    if (next) { first(next).focus(); next.scrollIntoView({ block: "center" }); event.preventDefault(); }
  } else if (event.key === "/") {
    const box = document.querySelector("input[type=search]");
    if (box) box.focus(); else location.href = "/search";
    event.preventDefault();
  } else if (event.key === "o" && at >= 0) first(items[at]).click();
  else if (event.key === "c" || event.key === "r") {
    const button = (items[at] || document).querySelector(`[data-key="${event.key}"]`);
    if (button && (at >= 0 || !items.length)) button.click();
  }
});
if (matchMedia("(max-width:760px)").matches) document.querySelectorAll(".narrow").forEach((one) => one.removeAttribute("open"));
