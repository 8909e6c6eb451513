// The checks that look at the document itself: each returns its problems, one line each.
(() => {
  const name = (element) => {
    const id = element.id && `#${element.id}`;
    const classes = [...element.classList].map((c) => `.${c}`).join("");
    const text = (element.currentSrc || element.textContent).trim().replace(/\s+/g, " ").slice(0, 60);
    return `<${element.tagName.toLowerCase()}${id}${classes}> ${text}`;
  };
  const all = (selector) => [...document.querySelectorAll(selector)];

  const mathematics = () => {
    const problems = all(".math")
      .filter((formula) => !formula.querySelector("mjx-container"))
      .map((formula) => `not typeset: ${name(formula)}`);
    for (const error of all("mjx-merror")) problems.push(`TeX error: ${error.dataset.mjxError || name(error)}`);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode;
      const raw = /\\[()[\]]|\$\$|\\begin\{/.test(data);
      if (raw && !parentElement.closest("pre, code, script, style, mjx-container"))
        problems.push(`raw TeX: ${name(parentElement)}`);
    }
    return problems;
  };

  const images = () => {
    const problems = [];
    for (const image of document.images) {
      if (!image.complete || !image.naturalWidth) problems.push(`does not load: ${name(image)}`);
      const alt = image.alt.trim();
      if (!alt || /[0-9a-f]{32}/.test(alt)) problems.push(`no alt text: ${name(image)} has "${alt}"`);
    }
    return problems;
  };

  const sideways = () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const scrolls = (element) => getComputedStyle(element).overflowX !== "visible";
    const contained = (element) =>
      element !== document.body && (scrolls(element) || contained(element.parentElement));
    const culprits = all("body *").filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1 && !contained(element.parentElement),
    );
    return [`${scrollWidth} px on a screen of ${clientWidth}: ${culprits.slice(0, 3).map(name).join(" | ")}`];
  };

  const moved = () =>
    new Promise((resolve) => {
      let sum = 0;
      const add = (list) => list.getEntries().forEach((entry) => (sum += entry.hadRecentInput ? 0 : entry.value));
      new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(sum), 300);
    });

  return { mathematics, images, sideways, moved };
})()
