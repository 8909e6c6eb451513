// Moves the curves of every explorable with its slider. The numbers come with the page, in tenths of the picture's units.
// The address keeps what was moved to, as ?name=value: it can be linked.
document.addEventListener("DOMContentLoaded", () => {
  const asked = new URLSearchParams(location.search);

  for (const figure of document.querySelectorAll("[data-explorable]")) {
    const { values, says, curves } = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const name = figure.id.replace("explore-", "");
    const input = figure.querySelector("input");
    const output = figure.querySelector("output");
    const paths = Object.entries(curves).map(([id, curve]) => [figure.querySelector(`[id="${id}"] path`), curve]);

    const outline = (xs, ys) => {
      let pen = "M";
      let d = "";
      ys.forEach((y, i) => {
        if (y === null || xs[i] === null) { pen = "M"; return; }
        d += `${pen}${xs[i] / 10} ${y / 10}`;
        pen = "L";
      });
      return d;
    };

    const show = (frame) => {
      for (const [path, { x, y }] of paths) path.setAttribute("d", outline(Array.isArray(x[0]) ? x[frame] : x, y[frame]));
      output.textContent = says[frame];
      input.setAttribute("aria-valuetext", says[frame]);
    };

    input.addEventListener("input", () => show(input.valueAsNumber));
    input.addEventListener("change", () => {
      const address = new URL(location);
      address.searchParams.set(name, values[input.valueAsNumber]);
      address.hash = figure.id;
      if (address.protocol !== "file:") history.replaceState(history.state, "", address);
    });

    const value = asked.has(name) ? Number(asked.get(name)) : NaN;
    if (!Number.isNaN(value)) {
      const off = values.map((other) => Math.abs(other - value));
      input.value = off.indexOf(Math.min(...off));
      show(input.valueAsNumber);
    }
    figure.querySelector(".explorable-control").hidden = false;
  }
});
