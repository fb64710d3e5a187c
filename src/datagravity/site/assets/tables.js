// Tables to search, filter and sort. Without scripts the table stands as it is, every row shown.
(function () {
  "use strict";

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // A number sorts by its full value, not by its printed digits.
  function key(cell) {
    if (cell.dataset.blank !== undefined) return null;
    return cell.dataset.value !== undefined ? Number(cell.dataset.value) : cell.textContent.trim().toLowerCase();
  }

  // Two keys of one rank.
  function compare(one, other) {
    if (one === null) return 0;
    return typeof one === "number" ? one - other : one.localeCompare(other, "en");
  }

  // In either direction numbers come first, then texts such as "not computable", then blanks.
  function rank(value) {
    return value === null ? 2 : typeof value === "string" ? 1 : 0;
  }

  function enliven(box) {
    const table = box.querySelector("table");
    const body = table.tBodies[0];
    const heads = Array.from(table.tHead.rows[0].cells);
    const rows = Array.from(body.rows);
    const controls = element("div", { className: "dg-table-controls" });
    controls.setAttribute("role", "group");
    controls.setAttribute("aria-label", box.getAttribute("aria-label"));
    const count = element("output", { className: "dg-table-count" });
    const search = element("input", { type: "search", name: "search" });
    const lists = [];

    function sift() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach(function (row) {
        const text = row.textContent.toLowerCase();
        const fits = words.every((word) => text.includes(word)) &&
          lists.every(([list, column]) => !list.value || row.cells[column].textContent.trim() === list.value);
        row.hidden = !fits;
        shown += fits;
      });
      count.textContent = shown + " of " + rows.length + " rows";
    }

    // The sort of the language is stable: rows that tie stay in the order of the sort before.
    function sort(column) {
      const head = heads[column];
      const falling = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const keyed = Array.from(body.rows).map((row) => [key(row.cells[column]), row]);
      keyed.sort(([one], [other]) =>
        rank(one) - rank(other) || (falling ? compare(other, one) : compare(one, other)));
      body.append(...keyed.map(([, row]) => row));
    }

    controls.append(element("label", {}, "Search ", search));
    search.addEventListener("input", sift);
    heads.forEach(function (head, column) {
      const title = head.textContent;
      if (head.dataset.filter !== undefined) {
        const values = Array.from(new Set(rows.map((row) => row.cells[column].textContent.trim()))).sort(compare);
        const list = element("select", { name: title }, element("option", { value: "" }, "all"),
          ...values.map((value) => element("option", { value }, value)));
        list.addEventListener("change", sift);
        lists.push([list, column]);
        controls.append(element("label", {}, title + " ", list));
      }
      const button = element("button", { type: "button", className: "dg-table-sort" }, title);
      button.addEventListener("click", () => sort(column));
      head.replaceChildren(button);
    });
    controls.append(count);
    box.before(controls);
    sift();
  }

  function enlivenAll() {
    document.querySelectorAll(".dg-table-live").forEach(enliven);
    document.documentElement.dataset.tables = "live";
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", enlivenAll);
  else enlivenAll();
})();
