// What a reader takes from a figure, and how a keyboard walks through its points. The chart itself is that of `charts.js`.
(function () {
  "use strict";

  const { element, csvCell, save } = window.datagravity;
  const CURVE = "curve";
  const ADDRESS = /^(https?:\/\/|[\w-]+(\/[\w-]+)*\.html(#|$))/;

  // The marks of a chart's data, in the order of the drawing: each with its items and where its group begins.
  function marksOf(view) {
    const found = [];
    (function walk(mark, x, y) {
      if (mark.marktype === "group") {
        mark.items.forEach((group) => (group.items || []).forEach((inner) => walk(inner, x + (group.x || 0), y + (group.y || 0))));
      } else if (mark.role === "mark" && mark.items.length) {
        found.push({ kind: mark.marktype, curve: curveOf(mark), items: mark.items, x, y });
      }
    })(view.scenegraph().root, 0, 0);
    return found;
  }

  // What a layer is called (`layers.named`); null if it has no name of its own.
  function curveOf(mark) {
    return mark.name.replace(/(^|_)(layer_\d+_)*marks$/, "").replaceAll("_", " ") || null;
  }

  function isTold(item) {
    return item.tooltip !== null && typeof item.tooltip === "object";
  }

  // What the chart shows at this moment, choices and sliders applied: titles of columns, rows of values, and where each
  // row comes from. Texts and lines that guide the eye show no column. Two marks of one row are one row, unless each of
  // their layers has a name. Where several layers have rows, the column "curve" says which one.
  function valuesOf(chart) {
    const told = chart.told.columns;
    const columns = told.some(([, title]) => title === CURVE) ? told : [[null, CURVE], ...told];
    const own = columns.findIndex(([, title]) => title === CURVE);
    const rows = new Map(), seen = new Set(), layers = new Set();
    marksOf(chart.view).forEach(function ({ kind, curve, items }) {
      if (kind === "text" && !items.some(isTold)) return;
      items.forEach(function ({ datum }) {
        const values = columns.map(([field]) => (field === null ? null : plain(datum[field])));
        if (values.every((value) => value === null)) return;
        const key = JSON.stringify(values);
        values[own] ??= curve;
        const named = JSON.stringify(values);
        if (rows.has(named) || (key === named && seen.has(key))) return;
        seen.add(key);
        layers.add(curve);
        rows.set(named, { values, links: linksOf(datum) });
      });
    });
    const all = Array.from(rows.values());
    const isUsed = ([field], number) => all.some(({ values }) => values[number] !== null) && (field !== null || layers.size > 1);
    const used = columns.map(isUsed);
    const keep = (values) => values.filter((_, number) => used[number]);
    return { titles: keep(columns.map(([, title]) => title)), rows: all.map(({ values, links }) => ({ values: keep(values), links })) };
  }

  function plain(value) {
    if (value instanceof Date) return value.toISOString();
    return value === undefined || typeof value === "object" ? null : value;
  }

  // The rows as a file, each with the settings of the controls beside it.
  function csvOf(chart) {
    const { titles, rows } = valuesOf(chart);
    const settings = chart.settings();
    const heads = [...titles, ...settings.map(([name]) => "setting: " + name)];
    const lines = rows.map(({ values }) => [...values, ...settings.map(([, value]) => value)]);
    return [heads, ...lines].map((cells) => cells.map((value) => csvCell(String(value ?? ""), typeof value !== "string")).join(",")).join("\r\n") + "\r\n";
  }

  function tableOf({ titles, rows }, caption) {
    const head = element("tr", {}, ...titles.map((title) => element("th", { scope: "col", textContent: title })));
    const body = rows.map(({ values, links }) => element("tr", {}, ...values.map(function (value) {
      const isNumber = typeof value === "number";
      const text = value === null ? "" : isNumber ? String(Number(value.toPrecision(5))) : String(value);
      return element("td", { className: isNumber ? "number" : "" }, ...(isNumber ? [text] : linked(text, links)));
    })));
    return element("table", {}, element("caption", { textContent: caption }), element("thead", {}, head),
      element("tbody", {}, ...body));
  }

  // Where a mark's rows come from: addresses of rows of tables, or of an entry of the references.
  function linksOf(datum) {
    return ((datum && (datum.links || datum.link)) || "").split(" ").filter((address) => ADDRESS.test(address));
  }

  // A text in which the name of each row leads to the row.
  function linked(text, links) {
    const places = new Map(links.map((address) => [address.split("#")[1], address]));
    return text.split(/([\w-]+)/).filter((part) => part).map((part) =>
      places.has(part) ? element("a", { href: places.get(part), textContent: part }) : part);
  }

  function showRows(figure, isAsked) {
    const values = valuesOf(figure.chart);
    const words = figure.chart.told.title + ": " + values.rows.length + " rows, as the chart shows them now";
    const box = figure.querySelector(".dg-chart-rows") || element("div", { className: "dg-chart-rows", tabIndex: 0 });
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Values of " + number(figure));
    box.replaceChildren(tableOf(values, words));
    figure.append(box);
    if (isAsked) box.focus();
  }

  function toggleRows(figure) {
    const box = figure.querySelector(".dg-chart-rows");
    if (box) box.remove();
    else showRows(figure, true);
    figure.querySelector("[data-do=rows]").textContent = box ? "Show values as a table" : "Hide the table of values";
  }

  function number(figure) {
    return figure.querySelector(".dg-figure-number").textContent;
  }

  function linkOf(figure) {
    return new URL(figure.chart.address(), window.location.href).href;
  }

  function wrapped(text, length) {
    return text.trim() ? text.replace(new RegExp("(.{1," + length + "})( |$)", "g"), "$1\n").trim().split("\n") : [];
  }

  function escaped(text) {
    return text.replace(/[&<>"]/g, (sign) => "&#" + sign.charCodeAt(0) + ";");
  }

  // The picture with its title above, and its sources and its address below, on white.
  async function pictureOf(figure) {
    const svg = await figure.chart.view.toSVG();
    const [, width, height] = svg.match(/width="([\d.]+)" height="([\d.]+)"/).map(Number);
    const told = figure.chart.told;
    const lines = [];
    let y = 0;
    const add = function (text, size, style) {
      wrapped(text, Math.floor(width / (0.53 * size))).forEach(function (line) {
        y += size * 1.35;
        lines.push('<text x="8" y="' + y.toFixed(1) + '" font-size="' + size + '" ' + style + ">" + escaped(line) + "</text>");
      });
    };
    add(number(figure) + ". " + told.title, 15, 'font-weight="600"');
    add(told.subtitle, 12, 'fill="#48566b"');
    const top = y + 8;
    y = top + height;
    add(figure.querySelector(".dg-chart-source").textContent, 10, 'fill="#48566b"');
    add(linkOf(figure), 10, 'fill="#48566b"');
    const inner = svg.replace("<svg ", '<svg y="' + top.toFixed(1) + '" ');
    return {
      width, height: y + 8,
      text: '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="' + width + '" height="' +
        (y + 8) + '" viewBox="0 0 ' + width + " " + (y + 8) + '" font-family="system-ui, sans-serif">' +
        '<rect width="100%" height="100%" fill="white"/>' + inner + lines.join("") + "</svg>",
    };
  }

  async function savePng(figure) {
    const picture = await pictureOf(figure);
    const image = new Image();
    const address = URL.createObjectURL(new Blob([picture.text], { type: "image/svg+xml" }));
    await new Promise((resolve, reject) => Object.assign(image, { onload: resolve, onerror: reject, src: address }));
    const canvas = element("canvas", { width: 2 * picture.width, height: 2 * picture.height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    save(figure.id + ".png", await new Promise((resolve) => canvas.toBlob(resolve, "image/png")));
  }

  // Without a clipboard, as in a file that is no page of a server, the text stands there to be copied.
  async function copy(figure, text, words) {
    const told = figure.querySelector(".dg-chart-told");
    try {
      await navigator.clipboard.writeText(text);
      told.textContent = words + " copied.";
    } catch (error) {
      told.textContent = text;
    }
  }

  const DOES = {
    link: (figure) => copy(figure, linkOf(figure), "Link"),
    rows: toggleRows,
    csv: (figure) => save(figure.id + ".csv", new Blob([csvOf(figure.chart)], { type: "text/csv" })),
    svg: async (figure) => save(figure.id + ".svg", new Blob([(await pictureOf(figure)).text], { type: "image/svg+xml" })),
    png: savePng,
    cite: (figure) => copy(figure, citation(figure, "plain"), "Citation"),
    bibtex: (figure) => copy(figure, citation(figure, "bibtex"), "BibTeX"),
  };

  function citation(figure, form) {
    return figure.chart.told.cite[form].replaceAll("{link}", linkOf(figure));
  }

  function hearMenu(figure) {
    const menu = figure.querySelector(".dg-chart-menu");
    const summary = menu.querySelector("summary");
    const buttons = Array.from(menu.querySelectorAll("button"));
    menu.addEventListener("click", async function (event) {
      const action = DOES[event.target.dataset.do];
      if (!action) return;
      menu.open = false;
      summary.focus();
      await figure.chart.start();
      if (figure.chart.view) action(figure);
    });
    menu.addEventListener("keydown", function (event) {
      const at = buttons.indexOf(document.activeElement);
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        summary.focus();
      } else if (["ArrowDown", "ArrowUp"].includes(event.key)) {
        menu.open = true;
        const step = event.key === "ArrowDown" ? 1 : -1;
        buttons[(at + step + buttons.length + (at < 0 && step < 0 ? 1 : 0)) % buttons.length].focus();
      } else return;
      event.preventDefault();
    });
    menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
  }

  // A point in words beneath the chart, with the way to where it comes from.
  function tell(figure, item, before) {
    const told = figure.querySelector(".dg-chart-told");
    told.replaceChildren();
    if (!item || !isTold(item)) return;
    const pairs = Object.entries(item.tooltip).filter(([, value]) => value !== "" && value !== null && value !== undefined);
    const links = linksOf(item.datum);
    if (before) told.append(before + " ");
    told.append(element("dl", {}, ...pairs.map(([title, value]) =>
      element("div", {}, element("dt", { textContent: title }), element("dd", {}, ...linked(String(value), links))))));
    if (links.length && !told.querySelector("a")) {
      told.append(" ", element("a", { href: links[0], textContent: "Where this comes from" }));
    }
  }

  function ring(figure, at) {
    figure.querySelector(".dg-chart-ring")?.remove();
    const layer = figure.querySelector(".dg-chart-live svg > g");
    if (!at || !layer) return;
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    const { item, mark } = at;
    const isPath = mark.kind === "line" || mark.kind === "area" || mark.kind === "trail";
    const x = isPath ? item.x : (item.bounds.x1 + item.bounds.x2) / 2;
    const y = isPath ? item.y : (item.bounds.y1 + item.bounds.y2) / 2;
    Object.entries({ class: "dg-chart-ring", cx: mark.x + x, cy: mark.y + y, r: 10 })
      .forEach(([name, value]) => circle.setAttribute(name, value));
    layer.append(circle);
  }

  // Left and right walk along a mark's points, up and down from one mark to the next.
  function hearKeys(figure) {
    const place = figure.querySelector(".dg-chart-view");
    const description = figure.querySelector("svg[role=img]").getAttribute("aria-label");
    place.tabIndex = 0;
    place.setAttribute("role", "application");
    place.setAttribute("aria-roledescription", "chart");
    place.setAttribute("aria-label", number(figure) + ". " + description + " Arrow keys walk through its points.");
    let mark = 0, point = -1;
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    place.addEventListener("keydown", async function (event) {
      const isStep = event.key in steps || event.key === "ArrowDown" || event.key === "ArrowUp";
      if ((!isStep && event.key !== "Escape") || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      await figure.chart.start();
      if (!figure.chart.view) return;
      if (event.key === "Escape") { clear(); return; }
      const marks = marksOf(figure.chart.view)
        .map((one) => ({ ...one, items: one.items.filter(isTold) })).filter((one) => one.items.length);
      if (!marks.length) return;
      if (!(event.key in steps)) mark += event.key === "ArrowDown" ? 1 : -1;
      mark = Math.min(Math.max(mark, 0), marks.length - 1);
      const items = marks[mark].items;
      point = Math.min(Math.max(point + (steps[event.key] || 0), 0), items.length - 1);
      const here = (marks.length > 1 ? "Series " + (mark + 1) + " of " + marks.length + ", point " : "Point ") +
        (point + 1) + " of " + items.length + ".";
      tell(figure, items[point], here);
      ring(figure, { item: items[point], mark: marks[mark] });
    });
    function clear() { point = -1; tell(figure); ring(figure); }
    place.addEventListener("blur", () => ring(figure));
  }

  function begin() {
    document.querySelectorAll("figure.dg-chart").forEach(function (figure) {
      hearMenu(figure);
      hearKeys(figure);
      // A tap says what a point is; the way to its source stands beneath, and is brought into the window.
      figure.addEventListener("dg-drawn", () => figure.chart.view.addEventListener("click", function (_, item) {
        tell(figure, item);
        document.getElementById("vg-tooltip-element")?.classList.remove("visible");
        figure.querySelector(".dg-chart-told").scrollIntoView({ block: "nearest" });
      }));
      ["dg-drawn", "dg-moved"].forEach((kind) => figure.addEventListener(kind, function () {
        ring(figure);
        if (figure.querySelector(".dg-chart-rows")) showRows(figure, false);
      }));
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
