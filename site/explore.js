// Moves the curves of every explorable with its slider. The numbers come with the page, in tenths of the picture's units.
document.addEventListener("DOMContentLoaded", () => {
  for (const figure of document.querySelectorAll("[data-explorable]")) {
    const { says, curves } = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
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
    figure.querySelector(".explorable-control").hidden = false;
  }
});
