// The theme makes wide code reachable by keyboard when the page loads; what was folded then is measured when it unfolds.
document.addEventListener("toggle", ({ target }) => {
  for (const code of target.querySelectorAll("pre")) {
    if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
  }
}, true);
