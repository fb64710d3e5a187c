// Draws every chart of a page from the specification beside it. One load of Vega serves all charts.
(function () {
  "use strict";

  function readable(value) {
    return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
  }

  function improveControls(figure, view, usermeta) {
    // A browser that comes back to a page would restore the controls, and Vega not hear of it.
    figure.querySelectorAll(".vega-bind [name]").forEach(function (control) { control.autocomplete = "off"; });
    figure.querySelectorAll(".vega-bind").forEach(function (row) {
      const control = row.querySelector("input[type=range]");
      if (!control) return;
      const output = control.nextElementSibling;
      const name = control.name;
      // A slider over powers of ten shows the value, not its logarithm: the view has it under the name without the
      // prefix. The view's own number counts: a slider can stand only on its steps, the value need not.
      const show = function () {
        const text = readable(view.signal(name.replace(/^log10_/, "")));
        output.textContent = text;
        control.setAttribute("aria-valuetext", text);
      };
      // After Vega's own listener, which prints the bare number.
      view.addSignalListener(name, function () { setTimeout(show); });
      show();
    });
    // A control that only some values of another one need hides at the others.
    Object.entries(usermeta.shown_for || {}).forEach(function ([name, controls]) {
      const show = function () {
        Object.entries(controls).forEach(function ([own, values]) {
          const row = figure.querySelector(".vega-bind [name='" + own + "']").closest(".vega-bind");
          row.hidden = !values.includes(view.signal(name));
        });
      };
      view.addSignalListener(name, show);
      show();
    });
    figure.querySelectorAll("summary").forEach(function (summary) {
      summary.setAttribute("aria-label", "Save this chart");
      summary.setAttribute("title", "Save this chart");
    });
  }

  // The names of the data that a chart's marks show, layers and facets included.
  function shownData(marks, names) {
    (marks || []).forEach(function (mark) {
      const from = mark.from || {};
      const name = from.data || (from.facet && from.facet.data);
      if (name) names.add(name);
      shownData(mark.marks, names);
    });
    return names;
  }

  function csvCell(value) {
    const text = value === null || value === undefined ? "" : value instanceof Date ? value.toISOString() : String(value);
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }

  // What the chart shows at this moment, choices and sliders applied: one table, its layers told apart by a column.
  function csv(view, specification) {
    const names = Array.from(shownData(specification.marks, new Set())).filter(function (name) {
      try { return Array.isArray(view.data(name)); } catch (error) { return false; }  // data within a facet
    });
    const rows = names.flatMap((name, layer) => view.data(name).map((datum) => ({ layer: layer + 1, ...datum })));
    const isPlain = (value) => value === null || typeof value !== "object" || value instanceof Date;
    const columns = Array.from(new Set(rows.flatMap((row) => Object.keys(row).filter((key) => isPlain(row[key])))));
    return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
      .map((cells) => cells.map(csvCell).join(",")).join("\r\n") + "\r\n";
  }

  function offerData(figure, result) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "dg-chart-data";
    button.textContent = "Data as CSV";
    button.addEventListener("click", function () {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([csv(result.view, result.vgSpec)], { type: "text/csv" }));
      link.download = (result.spec.usermeta.function || "chart").split(".").pop() + ".csv";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    figure.querySelector("figcaption").append(" ", button);
  }

  // On a phone legends stand one below the other in one column, and their labels and the titles of horizontal axes
  // break.
  function narrow(specification) {
    const broken = "split(trim(replace(datum.label, regexp('(.{1,26})( |$)', 'g'), '$1\\n')), '\\n')";
    Object.assign(specification.config.legend, { columns: 1, layout: { bottom: { direction: "vertical" } } });
    (function walk(part) {
      Object.entries(part.encoding || {}).forEach(function ([channel, own]) {
        if (["color", "fill", "stroke", "shape", "strokeDash"].includes(channel) && own.type === "nominal") {
          if (own.legend !== null) own.legend = { labelExpr: broken, ...own.legend, columns: 1 };
        }
        if (channel !== "x") return;
        [own, own.axis || {}].forEach(function (named) {
          if (typeof named.title !== "string") return;
          named.title = named.title.replace(/(.{1,26})( |$)/g, "$1\n").trim().split("\n");
        });
      });
      (part.layer || []).forEach(walk);
    })(specification);
  }

  function draw(figure) {
    const specification = JSON.parse(figure.querySelector(".dg-chart-specification").textContent);
    const place = figure.querySelector(".dg-chart-view");
    // The page prints the title above the controls, where it wraps.
    delete specification.title;
    if (place.clientWidth < 500) narrow(specification);
    return window.vegaEmbed(place, specification, {
      renderer: "svg",
      bind: figure.querySelector(".dg-chart-controls"),
      actions: { export: { svg: true, png: true }, source: false, compiled: false, editor: false },
      downloadFileName: (specification.usermeta || {}).function || "chart",
      loader: { target: "_self" },
    }).then(function (result) {
      figure.view = result.view;
      improveControls(figure, result.view, specification.usermeta || {});
      offerData(figure, result);
    }).catch(function (error) {
      place.textContent = "This chart could not be drawn: " + error.message;
      console.error(error);
    });
  }

  // Vega measures its container when the window changes, which can be before the page has settled; so it measures
  // again when a chart's own place has a new width.
  function followWidths(figures) {
    const widths = new Map();
    let timer;
    const observer = new ResizeObserver(function (entries) {
      const changed = entries.filter((entry) => widths.get(entry.target) !== entry.contentRect.width);
      entries.forEach((entry) => widths.set(entry.target, entry.contentRect.width));
      if (!changed.length) return;
      clearTimeout(timer);
      timer = setTimeout(() => window.dispatchEvent(new Event("resize")), 100);
    });
    figures.forEach((figure) => observer.observe(figure));
  }

  function drawAll() {
    const figures = Array.from(document.querySelectorAll("figure.dg-chart"));
    Promise.all(figures.map(draw)).then(function () {
      followWidths(figures);
      document.documentElement.dataset.charts = "drawn";
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", drawAll);
  else drawAll();
})();
