// The theme makes wide code reachable by keyboard when the page loads; what was folded then is measured when it unfolds.
document.addEventListener("toggle", ({ target }) => {
  for (const code of target.querySelectorAll("pre")) {
    if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
  }
}, true);

// What is wider than its place fades at its edge until its end has been scrolled into view; on a phone a formula within
// a line that is wider than the line has one of its own.
const SCROLLED = "mjx-container[display], mjx-container.wide, .output, .pst-scrollable-table-container, pre";

const hidden = (part) => part.scrollWidth - part.clientWidth - part.scrollLeft > 2;

const measure = () => {
  const formulas = [...document.querySelectorAll(".bd-article mjx-container:not([display])")];
  formulas.forEach((formula) => formula.classList.remove("wide", "goes-on"));
  if (matchMedia("(max-width: 700px)").matches) {
    const room = (formula) => formula.closest("p, li, dd, td, figcaption")?.clientWidth ?? Infinity;
    const wide = formulas.filter((formula) => formula.getBoundingClientRect().width > room(formula));
    wide.forEach((formula) => formula.classList.add("wide"));
  }
  const parts = [...document.querySelectorAll(`.bd-article :is(${SCROLLED})`)].map((part) => [part, hidden(part)]);
  parts.forEach(([part, more]) => part.classList.toggle("goes-on", more));
};

let asked = 0;
const soon = () => {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(measure);
};

document.addEventListener("DOMContentLoaded", () => (window.MathJax?.startup?.promise ?? Promise.resolve()).then(soon));
document.addEventListener("toggle", soon, true);
document.addEventListener("scroll", ({ target }) => target.matches?.(SCROLLED) && target.classList.toggle("goes-on", hidden(target)), true);
addEventListener("resize", soon);
