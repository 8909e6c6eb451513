// A table in .filtered is narrowed by words and by what stands in its columns of few kinds. The address keeps what was
// asked, as ?verdict=wrong: it can be linked.
const FEW = 8;

const items = (cell) => cell.textContent.split(",").map((item) => item.trim());

const choice = (name, kinds) => {
  const select = document.createElement("select");
  select.append(new Option("any", ""), ...kinds.map((kind) => new Option(kind)));
  return labelled(name, select);
};

const labelled = (name, input) => {
  const label = document.createElement("label");
  input.name = name;
  label.append(name, input);
  return label;
};

document.addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll(".filtered table")) {
    const rows = [...table.tBodies[0].rows];
    const columns = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
    const form = document.createElement("form");
    const words = Object.assign(document.createElement("input"), { type: "search" });
    const shown = document.createElement("output");
    form.className = "filter";
    form.append(labelled("words", words));
    columns.forEach((name, column) => {
      const kinds = [...new Set(rows.flatMap((row) => items(row.cells[column])))];
      if (kinds.length <= FEW) form.append(choice(name, kinds));
    });
    form.append(shown);
    const asked = new URLSearchParams(location.search);
    for (const input of form.querySelectorAll("input, select")) input.value = asked.get(input.name) ?? "";

    const narrow = () => {
      const { words, ...kinds } = Object.fromEntries(new FormData(form));
      const sought = words.toLowerCase().split(/\s+/);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        const fits = ([name, kind]) => !kind || items(row.cells[columns.indexOf(name)]).includes(kind);
        row.hidden = !(sought.every((word) => text.includes(word)) && Object.entries(kinds).every(fits));
      }
      shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
    };

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      narrow();
      const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
    });
    narrow();
    (table.closest(".pst-scrollable-table-container") ?? table).before(form);
  }
});
