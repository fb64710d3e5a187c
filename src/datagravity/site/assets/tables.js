// Tables to open, search, filter, sort and take along. Without scripts a table stands as it is, every row and every
// column shown.
(function () {
  "use strict";

  const { element, csvCell, save, address } = window.datagravity;

  // Two keys of one rank.
  function compare(one, other) {
    if (one === null) return 0;
    return typeof one === "number" ? one - other : one.localeCompare(other, "en");
  }

  // In either direction numbers come first, then texts such as "not computable", then blanks.
  function rank(value) {
    return value === null ? 2 : typeof value === "string" ? 1 : 0;
  }

  // One table: its box, its columns (heading, whether it filters), its rows in the order of the page.
  class Grid {
    constructor(box) {
      this.box = box;
      this.table = box.querySelector("table");
      this.body = this.table.tBodies[0];
      this.heads = Array.from(this.table.tHead.rows[0].cells);
      this.columns = this.heads.map((head) => [head.textContent, head.dataset.filter !== undefined])
        .concat(JSON.parse(this.table.dataset.more || "[]"));
      this.rows = Array.from(this.body.rows).filter((row) => !row.classList.contains("dg-extra"))
        .map((row) => this.entry(row));
      this.total = Number(box.dataset.rows || this.rows.length);
    }

    get isWhole() { return this.rows.length === this.total; }

    // A row, the one below it with what does not stand beside, and the texts of its file if those came in a script.
    entry(row, texts) {
      const below = row.nextElementSibling;
      const extra = below && below.classList.contains("dg-extra") ? below : null;
      const made = { row, extra, texts };
      this.heads.forEach((head, column) => { row.cells[column].dataset.label = this.columns[column][0]; });
      if (this.heads.length < this.columns.length) this.addOpener(made);
      return made;
    }

    addOpener(entry) {
      const button = element("button", { type: "button", className: "dg-open" });
      button.setAttribute("aria-label", "More of " + entry.row.cells[0].textContent);
      button.addEventListener("click", () => this.open(entry, button.getAttribute("aria-expanded") !== "true"));
      entry.row.cells[0].prepend(button);
      entry.button = button;
      this.open(entry, false);
    }

    open(entry, isOpen) {
      if (!entry.button) return;
      if (isOpen && !entry.extra) this.build(entry);
      if (entry.extra) entry.extra.classList.toggle("dg-closed", !isOpen);
      entry.button.setAttribute("aria-expanded", String(isOpen));
    }

    // What a row holds beyond its first columns, of a row that came in a script.
    build(entry) {
      const list = element("dl", {});
      const blanks = [];
      this.columns.slice(this.heads.length).forEach(([heading], i) => {
        const text = entry.texts[this.heads.length + i];
        if (!text) blanks.push(heading);
        else list.append(element("div", {}, element("dt", {}, heading), element("dd", {}, text)));
      });
      if (blanks.length) {
        list.append(element("div", { className: "dg-blanks" }, element("dt", {}, "Not stated"),
          element("dd", {}, blanks.join(", "))));
      }
      entry.extra = element("tr", { className: "dg-extra" },
        element("td", { colSpan: this.heads.length }, list));
      entry.extra.hidden = entry.row.hidden;
      entry.row.after(entry.extra);
    }

    cell(entry, column) {
      if (column < this.heads.length) return entry.row.cells[column];
      return entry.extra && entry.extra.querySelector('[data-column="' + column + '"]');
    }

    isNumber(column) { return (this.box.dataset.kinds || "")[column] === "n"; }

    text(entry, column) {
      if (entry.texts) return entry.texts[column];
      const cell = this.cell(entry, column);
      return cell && cell.dataset.blank === undefined ? cell.textContent.trim() : "";
    }

    // A number sorts by its full value, not by its printed digits.
    key(entry, column) {
      if (entry.texts) {
        const text = entry.texts[column];
        return !text ? null : this.isNumber(column) ? Number(text) : text.toLowerCase();
      }
      const cell = this.cell(entry, column);
      if (!cell || cell.dataset.blank !== undefined) return null;
      return cell.dataset.value !== undefined ? Number(cell.dataset.value) : cell.textContent.trim().toLowerCase();
    }

    words(entry) {
      if (!entry.words) {
        entry.words = entry.texts ? entry.texts.join(" ") : entry.row.textContent +
          (entry.extra ? " " + Array.from(entry.extra.querySelectorAll("dd"), (cell) => cell.textContent).join(" ") : "");
        entry.words = entry.words.toLowerCase();
      }
      return entry.words;
    }

    // The value of a column that its list of values offers.
    choice(entry, column) {
      const cell = entry.texts ? null : this.cell(entry, column);
      return this.text(entry, column) || (cell && cell.textContent.trim()) || "not stated";
    }

    append(entries) {
      const parts = entries.flatMap((entry) => (entry.extra ? [entry.row, entry.extra] : [entry.row]));
      this.body.append(...parts);
    }

    // The rows that a script brought, like the ones that stand there.
    addRest(rest) {
      const fractions = this.heads.map((_, column) => Math.max(0, ...this.rows.map(function (entry) {
        const cell = entry.row.cells[column];
        return cell.classList.contains("number")
          ? (cell.textContent.trim().split(".")[1] || "").length + (cell.dataset.pad || "").replace(".", "").length : 0;
      })));
      const rows = rest.map(([anchor, ...texts]) => {
        const row = element("tr", { id: anchor });
        this.heads.forEach((_, column) => {
          const cell = element(column ? "td" : "th", {});
          const text = texts[column];
          if (!column) {
            cell.scope = "row";
            cell.append(element("a", { href: "#" + anchor }, text));
          } else cell.textContent = text || "not stated";
          if (!text) {
            cell.dataset.blank = "";
            if (this.isNumber(column)) cell.className = "numeric";
          } else if (this.isNumber(column)) {
            cell.className = "number";
            const [, fraction] = text.split(".");
            const lacks = Math.max(0, fractions[column] - (fraction || "").length);
            if (lacks) cell.dataset.pad = (fraction === undefined ? "." : "") + "0".repeat(lacks);
          }
          row.append(cell);
        });
        return this.entry(row, texts);
      });
      this.rows.push(...rows);
      this.append(rows);
    }
  }

  // What takes long waits until the page stands.
  function afterLoad(then) {
    if (document.readyState === "complete") then();
    else window.addEventListener("load", () => setTimeout(then, 100));
  }

  function enliven(box) {
    const grid = new Grid(box);
    const { heads, columns } = grid;
    const controls = element("div", { className: "dg-table-controls" });
    controls.setAttribute("role", "group");
    controls.setAttribute("aria-label", "Search and filter: " + box.getAttribute("aria-label"));
    const count = element("output", { className: "dg-table-count" });
    const none = element("p", { className: "dg-no-match", hidden: true }, "No row matches.");
    const search = element("input", { type: "search", name: "search", autocomplete: "off" });
    const lists = [];
    let sorted = null, isFalling = false;

    function sift() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      grid.rows.forEach(function (entry) {
        const fits = lists.every(([list, column]) => !list.value || grid.choice(entry, column) === list.value.slice(1)) &&
          words.every((word) => grid.words(entry).includes(word));
        entry.row.hidden = !fits;
        if (entry.extra) entry.extra.hidden = !fits;
        shown += fits;
      });
      const isSifted = words.length || lists.some(([list]) => list.value);
      count.textContent = (isSifted || grid.isWhole ? shown : grid.total).toLocaleString("en") + " of " +
        grid.total.toLocaleString("en") + " rows";
      none.hidden = shown > 0;
    }

    // The rows that do not stand on the page are asked for once; what needs them waits.
    let rest = null;
    function ask() {
      rest = rest || new Promise(function (resolve, reject) {
        document.head.append(element("script", { src: box.dataset.rest, onload: resolve, onerror: reject }));
      });
      return rest;
    }

    function join() {
      if (grid.isWhole) return;
      grid.addRest(window.dgRest);
      fillLists();
      document.querySelectorAll(".dg-rest-note").forEach((note) => { note.hidden = true; });
      box.dataset.whole = "yes";
    }

    function whole(then) {
      if (grid.isWhole) { then(); return; }
      ask().then(function () { join(); then(); },
        function () { count.textContent = "The other rows could not be loaded."; });
    }

    // The sort of the language is stable: rows that tie stay in the order of the sort before.
    function sort(column, falls) {
      [sorted, isFalling] = [column, falls];
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      if (heads[column]) heads[column].setAttribute("aria-sort", falls ? "descending" : "ascending");
      order.value = String(column);
      const keyed = grid.rows.map((entry) => [grid.key(entry, column), entry]);
      keyed.sort(([one], [other]) =>
        rank(one) - rank(other) || (falls ? compare(other, one) : compare(one, other)));
      grid.rows = keyed.map(([, entry]) => entry);
      grid.append(grid.rows);
    }

    function unsort() {
      order.value = "";
      [sorted, isFalling] = [null, false];
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      grid.rows.sort((one, other) => one.place - other.place);
      grid.append(grid.rows);
    }

    function reset() {
      search.value = "";
      lists.forEach(([list]) => { list.value = ""; });
      grid.rows.forEach((entry) => grid.open(entry, false));
      unsort();
      sift();
      note();
    }

    // What a reader sets, by its name in the address. Of several tables on a page each puts its own name in front.
    const front = document.querySelectorAll(".dg-table-live").length > 1 ? box.id.replace(/^tab-/, "") + "." : "";
    function settings() {
      const by = order.value && (isFalling ? "-" : "") + columns[Number(order.value)][0];
      return [["search", search.value.trim()], ["order", by], ...lists.map(([list]) => [list.name, list.value.slice(1)])]
        .map(([name, value]) => [front + name, value]);
    }

    function note() {
      address.later(box.id, function () {
        const asked = new URLSearchParams(location.search);
        settings().forEach(([name, value]) => (value ? asked.set(name, value) : asked.delete(name)));
        return location.pathname + (String(asked) && "?" + asked) + location.hash;
      });
    }

    // Set what the address says, then follow it to its row. What the table does not offer leaves it as it is.
    function take() {
      const asked = new URLSearchParams(location.search);
      if (settings().every(([name, value]) => (asked.get(name) || "") === value)) { follow(); return; }
      whole(function () {
        search.value = asked.get(front + "search") || "";
        lists.forEach(function ([list]) {
          list.value = "=" + (asked.get(front + list.name) || "");
          if (list.selectedIndex < 0) list.value = "";
        });
        const [, sign, heading] = /^(-?)(.*)$/.exec(asked.get(front + "order") || "");
        const column = columns.findIndex(([one]) => one === heading);
        unsort();
        if (column >= 0) sort(column, Boolean(sign));
        sift();
        follow();
      });
    }

    // What the reader does to the rows.
    function act(then) {
      whole(function () { then(); note(); });
    }

    function number() { grid.rows.forEach((entry, place) => { entry.place = entry.place ?? place; }); }

    // The rows on view as a file, with every column, numbers in full.
    function saveRows() {
      const rows = grid.rows.filter((entry) => !entry.row.hidden).map((entry) => columns.map(function (_, column) {
        const key = grid.key(entry, column);
        const cell = entry.texts ? null : grid.cell(entry, column);
        const isNumber = entry.texts ? grid.isNumber(column) : Boolean(cell && cell.classList.contains("number"));
        return csvCell(isNumber && !entry.texts ? String(key ?? "") : grid.text(entry, column), isNumber);
      }));
      const text = [columns.map(([heading]) => csvCell(heading)), ...rows].map((row) => row.join(",")).join("\r\n");
      save((box.id || "table").replace(/^tab-/, "") + ".csv", new Blob([text + "\r\n"], { type: "text/csv" }));
    }

    function fillLists() {
      number();
      lists.forEach(function ([list, column]) {
        const chosen = list.value;
        const values = Array.from(new Set(grid.rows.map((entry) => grid.choice(entry, column))))
          .filter(Boolean).sort(compare);
        // A value stands behind a mark, so that no value is mistaken for "all".
        list.replaceChildren(element("option", { value: "" }, "all"),
          ...values.map((value) => element("option", { value: "=" + value }, value)));
        list.value = chosen;
      });
    }

    // The row that the address names is opened, though it be sifted out or not there yet.
    function follow() {
      let anchor = location.hash.slice(1);
      try { anchor = decodeURIComponent(anchor); } catch (error) { return; }  // no address of ours
      if (!anchor || anchor === box.id) return;
      const find = () => grid.rows.find((entry) => entry.row.id === anchor);
      function go() {
        const entry = find();
        if (!entry) return;
        if (entry.row.hidden) reset();
        document.querySelectorAll(".dg-here").forEach((row) => row.classList.remove("dg-here"));
        entry.row.classList.add("dg-here");
        grid.open(entry, true);
        entry.row.scrollIntoView({ block: "center", behavior: "instant" });
      }
      if (find()) go();
      else if (!grid.isWhole && !document.getElementById(anchor)) afterLoad(() => whole(go));
    }

    function button(title, action, name) {
      const made = element("button", { type: "button", className: "dg-table-button", name }, title);
      made.addEventListener("click", action);
      return made;
    }

    const order = element("select", { name: "order", autocomplete: "off" }, element("option", { value: "" }, "as it is"),
      ...columns.map(([heading], column) => element("option", { value: String(column) }, heading)));
    order.addEventListener("change", () => (order.value ? act(() => sort(Number(order.value), false)) : reset()));
    controls.append(element("label", {}, "Search ", search));
    search.addEventListener("input", () => act(sift));
    columns.forEach(function ([heading, isFilter], column) {
      if (isFilter) {
        const list = element("select", { name: heading, autocomplete: "off" });
        list.addEventListener("change", () => act(sift));
        lists.push([list, column]);
        controls.append(element("label", {}, heading + " ", list));
      }
      if (!heads[column]) return;
      const head = element("button", { type: "button", className: "dg-table-sort" }, heading);
      if (heads[column].title) head.title = heads[column].title;
      head.addEventListener("click", () => act(() => sort(column, sorted === column && !isFalling)));
      heads[column].replaceChildren(head);
    });
    controls.append(element("label", { className: "dg-order" }, "Order ", order), button("Reset", reset, "reset"),
      button("CSV", () => whole(saveRows), "csv"), count);
    fillLists();
    box.before(controls);
    box.after(none);
    sift();
    take();
    window.addEventListener("hashchange", follow);
    window.addEventListener("popstate", take);
    // A link to the row that is there already is followed again.
    document.addEventListener("click", function (event) {
      const link = event.target.closest && event.target.closest("a[href^='#']");
      if (link && link.hash === location.hash) follow();
    });
    if (!grid.isWhole) {
      // Whoever prints wants all of it: the rows come when the page has settled, and join it before it is printed.
      afterLoad(() => ask().then(() => { box.dataset.loaded = "yes"; }, () => {}));
    }
    window.addEventListener("beforeprint", function () {
      if (window.dgRest) { join(); sift(); }
      if (heads.length < columns.length) grid.rows.forEach((entry) => entry.extra || grid.build(entry));
    });
  }

  function enlivenAll() {
    document.querySelectorAll(".dg-table-live").forEach(enliven);
    document.documentElement.dataset.tables = "live";
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", enlivenAll);
  else enlivenAll();
})();
