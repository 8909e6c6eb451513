// The theme makes wide code reachable by keyboard when the page loads; what was folded then is measured when it unfolds.
document.addEventListener("toggle", ({ target }) => {
  for (const code of target.querySelectorAll("pre")) {
    if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
  }
}, true);

// What is wider than its place fades at its edge until its end has been scrolled into view; on a phone a formula within
// a line that is wider than the line has one of its own.
const SCROLLED = "mjx-container[display], mjx-container.wide, .output, .pst-scrollable-table-container, pre";

const fade = (part) => part.classList.toggle("goes-on", part.scrollWidth - part.clientWidth - part.scrollLeft > 2);

const measure = () => {
  const narrow = matchMedia("(max-width: 700px)").matches;
  for (const formula of document.querySelectorAll(".bd-article mjx-container:not([display])")) {
    formula.classList.remove("wide", "goes-on");
    const room = formula.closest("p, li, dd, td, figcaption");
    if (narrow && room && formula.getBoundingClientRect().width > room.clientWidth) formula.classList.add("wide");
  }
  document.querySelectorAll(`.bd-article :is(${SCROLLED})`).forEach(fade);
};

document.addEventListener("DOMContentLoaded", () => (window.MathJax?.startup?.promise ?? Promise.resolve()).then(measure));
document.addEventListener("toggle", measure, true);
document.addEventListener("scroll", ({ target }) => target.matches?.(SCROLLED) && fade(target), true);
addEventListener("resize", measure);
