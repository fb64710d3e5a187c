// Makes a chart live where a reader comes near it. Until then its picture stands there, of the same size, and its controls
// are plain HTML; what a reader sets is kept until Vega is there.
(function () {
  "use strict";

  const STATIC = new URL(".", document.currentScript.src);
  const VEGA = new URL("vega.js", STATIC).href;
  const loaded = new Map();

  function load(address) {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise(function (resolve, reject) {
        const script = document.createElement("script");
        script.addEventListener("load", resolve);
        script.addEventListener("error", () => reject(new Error(address + " could not be loaded")));
        script.src = address;
        document.head.append(script);
      }));
    }
    return loaded.get(address);
  }

  const { readable, address } = window.datagravity;

  function valueOf(control) {
    if (control.type === "checkbox") return control.checked;
    if (control.type === "range") return Number(control.value);
    return JSON.parse(control.selectedOptions[0].dataset.value);
  }

  // What a control's value reads in an address, and at first.
  function textOf(control) {
    return control.type === "checkbox" ? String(control.checked) : control.value;
  }

  function textAtFirst(control) {
    if (control.type === "checkbox") return String(control.defaultChecked);
    if (control.type !== "range") return Array.from(control.options).find((option) => option.defaultSelected).value;
    const other = control.cloneNode();
    other.value = control.defaultValue;
    return other.value;
  }

  // An address may hold anything: what the control does not offer leaves it as it is.
  function setText(control, text) {
    if (control.type === "checkbox") control.checked = text === "true";
    else if (control.type === "range") { if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) control.value = text; }
    else if (Array.from(control.options).some((option) => option.value === text)) control.value = text;
  }

  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.place = figure.querySelector(".dg-chart-view");
      this.pictures = figure.querySelector(".dg-chart-pictures");
      this.controls = Array.from(figure.querySelectorAll(".dg-control [name]"));
      this.first = new Map(this.controls.map((control) => [control, textAtFirst(control)]));
      this.moved = new Set();
      // No browser restores what a reader set before: the address does.
      this.controls.forEach((control) => setText(control, this.first.get(control)));
      this.controls.forEach((control) => control.addEventListener("input", () => this.hear(control)));
    }

    // The chart is live once the promise is kept.
    start() {
      this.starting = this.starting || this.begin();
      return this.starting;
    }

    // What it takes to draw the chart.
    get addresses() {
      return [VEGA, this.figure.dataset.figures];
    }

    prepare() {
      return Promise.all(this.addresses.map(load));
    }

    async begin() {
      try {
        await this.prepare();
        this.told = window.datagravityFigures.figures[this.figure.id];
        await this.draw();
        new ResizeObserver(() => { if (this.size !== this.sizeNow()) this.draw(); }).observe(this.place);
      } catch (error) {
        // The picture stays.
        this.figure.querySelector(".dg-chart-told").textContent = "This chart could not be drawn: " + error.message;
        console.error(error);
      }
    }

    sizeNow() {
      return getComputedStyle(this.pictures).getPropertyValue("--dg-size").trim();
    }

    specification() {
      const vega = structuredClone(this.told.vega);
      if (this.size === "phone") {
        this.told.phone.forEach(function ([path, ...value]) {
          const last = path[path.length - 1];
          const at = path.slice(0, -1).reduce((part, name) => part[name], vega);
          if (value.length) at[last] = value[0];
          else delete at[last];
        });
      }
      // Vega writes into its rows, and charts share them.
      vega.data.filter((table) => table.datagravity_rows).forEach(function (table) {
        table.values = structuredClone(window.datagravityFigures.rows[table.datagravity_rows]);
      });
      return vega;
    }

    async draw() {
      const { View, parse, loader, expressionInterpreter, Handler } = window.datagravityVega;
      this.size = this.sizeNow();
      const live = document.createElement("div");
      live.className = "dg-chart-live";
      // The figure says what its picture shows, and what stands under the arrow keys.
      live.setAttribute("aria-hidden", "true");
      // Expressions are interpreted: a page's policy may forbid to make functions from text.
      const view = new View(parse(this.specification(), {}, { ast: true }), {
        expr: expressionInterpreter, renderer: "svg", container: live, hover: true, loader: loader(),
        tooltip: new Handler({ disableDefaultStyle: true }).call,
      });
      this.controls.forEach((control) => { if (this.moved.has(control)) view.signal(control.name, valueOf(control)); });
      await view.runAsync();
      if (this.view) this.view.finalize();
      this.view = this.figure.view = view;
      this.place.querySelector(".dg-chart-live")?.remove();
      this.place.append(live);
      this.figure.dataset.live = this.size;
      this.show();
      this.figure.dispatchEvent(new CustomEvent("dg-drawn"));
    }

    async hear(control) {
      this.moved.add(control);
      address.later("figure", () => this.address());
      await this.start();
      if (!this.view) return;
      this.view.signal(control.name, valueOf(control));
      await this.view.runAsync();
      this.show();
      this.figure.dispatchEvent(new CustomEvent("dg-moved"));
    }

    // What the page says beside sliders, and which controls it asks for.
    show() {
      this.controls.forEach((control) => {
        if (control.type === "range") {
          // The view's own number counts: a slider can stand only on its steps, the value need not. That of a slider
          // over powers of ten has the name without the prefix.
          const text = readable(this.view.signal(control.name.replace(/^log10_/, "")));
          control.nextElementSibling.textContent = text;
          control.setAttribute("aria-valuetext", text);
        }
        const row = control.closest(".dg-control");
        if (row.dataset.needs) {
          const [name, values] = JSON.parse(row.dataset.needs);
          row.hidden = !values.includes(this.view.signal(name));
        }
      });
    }

    // What the controls that the page shows are set to: pairs of name and value.
    settings() {
      const shown = this.controls.filter((control) => !control.closest(".dg-control").hidden);
      return shown.map(function (control) {
        const chosen = control.type === "select-one" ? control.selectedOptions[0].textContent : null;
        return [this.told.settings[control.name], chosen ?? this.view.signal(control.name.replace(/^log10_/, ""))];
      }, this);
    }

    // Only what differs from how the chart opens.
    address() {
      const changed = this.controls.filter((control) => textOf(control) !== this.first.get(control));
      const settings = new URLSearchParams(changed.map((control) => [control.name, textOf(control)]));
      return "#" + this.figure.id + (changed.length ? "?" + settings : "");
    }

    // Take the settings of an address; what it does not name stands as at first.
    async take(settings) {
      this.controls.forEach((control) => {
        const text = settings.get(control.name) ?? this.first.get(control);
        if (text === textOf(control)) return;
        setText(control, text);
        this.moved.add(control);
      });
      await this.start();
      if (!this.view) return;
      this.moved.forEach((control) => this.view.signal(control.name, valueOf(control)));
      await this.view.runAsync();
      this.show();
      this.figure.dispatchEvent(new CustomEvent("dg-moved"));
    }
  }

  // A figure's address may have settings behind its name; without them the browser finds the place itself.
  function follow(charts) {
    const [, name, settings] = window.location.hash.match(/^#([\w-]+)(?:\?(.*))?$/) || [];
    const chart = charts.find((chart) => chart.figure.id === name);
    if (!chart) return;
    if (settings !== undefined) chart.figure.scrollIntoView();
    chart.take(new URLSearchParams(settings));
  }

  // Kept once a reader does the first thing on the page. Until then its pictures are enough.
  function firstTouch() {
    return new Promise(function (resolve) {
      ["scroll", "pointermove", "pointerdown", "keydown"].forEach(function (kind) {
        window.addEventListener(kind, resolve, { once: true, passive: true });
      });
    });
  }

  // What charts far away need is fetched, not run, so that a touch need not wait for the network.
  function fetchAhead(charts) {
    if (!/^https?:$/.test(window.location.protocol)) return;
    new Set(charts.flatMap((chart) => chart.addresses)).forEach(function (address) {
      const link = Object.assign(document.createElement("link"), { rel: "prefetch", as: "script", href: address });
      if (!loaded.has(address)) document.head.append(link);
    });
  }

  // What charts near the window need is run when the browser has nothing else to do, and they come alive once the page is
  // touched, one after the other.
  function startNear(charts) {
    const touched = firstTouch();
    const waiting = [];
    const idle = window.requestIdleCallback || ((call) => window.setTimeout(call, 50));
    const next = async function () {
      await waiting[0].start();
      waiting.shift();
      if (waiting.length) idle(next);
    };
    const observer = new IntersectionObserver(function (entries) {
      entries.filter((entry) => entry.isIntersecting).forEach(function (entry) {
        observer.unobserve(entry.target);
        // What fails here fails again when the chart starts, which says so.
        idle(() => entry.target.chart.prepare().catch(() => {}));
        waiting.push(entry.target.chart);
        if (waiting.length === 1) touched.then(() => idle(next));
      });
    }, { rootMargin: "300px 0px" });
    charts.forEach((chart) => observer.observe(chart.figure));
    touched.then(() => fetchAhead(charts));
  }

  function begin() {
    const charts = Array.from(document.querySelectorAll("figure.dg-chart"), function (figure) {
      figure.chart = new Chart(figure);
      ["pointerenter", "pointerdown", "focusin"].forEach(function (kind) {
        figure.addEventListener(kind, () => figure.chart.start(), { once: true, passive: true });
      });
      return figure.chart;
    });
    document.documentElement.dataset.charts = "ready";
    follow(charts);
    window.addEventListener("hashchange", () => follow(charts));
    if (document.readyState === "complete") startNear(charts);
    else window.addEventListener("load", () => startNear(charts));
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
