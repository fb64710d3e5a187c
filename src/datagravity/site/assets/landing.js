// The first page's picture: a program on more and more places. The reader chooses the program and what a place costs,
// and moves the computation; the bars, the square of the data and a sentence follow.
(function () {
  "use strict";

  const { element, readable } = window.datagravity;

  function enliven(figure) {
    const data = JSON.parse(figure.querySelector(".dg-landing-data").textContent);
    const find = (name) => figure.querySelector(".dg-landing-" + name);
    const words = find("words");
    const program = element("select", { name: "program", autocomplete: "off" },
      ...data.programs.map((one) => element("option", { value: one.name }, one.name)));
    program.value = data.opening;
    // A power of ten; at its lower end a place costs nothing.
    const price = element("input", { type: "range", name: "price", min: 0, max: 6, step: 0.5, value: 0, autocomplete: "off" });
    const places = element("input", { type: "range", name: "places", min: 0, step: 1, value: 0, autocomplete: "off" });
    const priced = element("output", {});
    const placed = element("output", {});
    find("controls").append(
      element("label", {}, "Program ", program),
      element("label", {}, "Places ", places, placed),
      element("label", {}, "A place costs ", price, priced));
    // What changes is said once the reader rests.
    words.setAttribute("role", "status");

    let spoken;
    function chosen() {
      return data.programs.find((one) => one.name === program.value);
    }

    // The parts of the bill at each number of places, from the bottom up.
    function bill(own, cost) {
      return own.places.map((_, at) => ({
        compute: own.compute[at], local: own.local[at], closeness: own.closeness[at], places: cost * own.phases[at],
      }));
    }

    function draw() {
      const own = chosen();
      const cost = Number(price.value) > 0 ? Math.pow(10, Number(price.value)) : 0;
      const parts = bill(own, cost);
      const totals = parts.map((part) => part.compute + part.local + part.closeness + part.places);
      const least = Math.min(...totals);
      const best = totals.indexOf(least);
      places.max = own.places.length - 1;
      const here = Math.min(Number(places.value), own.places.length - 1);
      const at = (count) => data.slots.indexOf(count);
      figure.querySelectorAll("rect[data-slot]").forEach(function (rect) {
        const index = own.places.indexOf(data.slots[Number(rect.dataset.slot)]);
        const names = ["compute", "local", "closeness", "places"];
        const unit = data.unit / totals[0];
        const below = index < 0 ? 0 : names.slice(0, names.indexOf(rect.dataset.part))
          .reduce((sum, name) => sum + parts[index][name], 0);
        const height = index < 0 ? 0 : parts[index][rect.dataset.part] * unit;
        // Above the picture nothing is drawn, and a number too large for it would not be either.
        rect.setAttribute("height", Math.min(height, 2000).toFixed(2));
        rect.setAttribute("y", (data.base - Math.min(below * unit, 2000) - Math.min(height, 2000)).toFixed(2));
      });
      const middle = (index) => data.left + data.slot * (at(own.places[index]) + 0.5);
      find("here").setAttribute("x", (middle(here) - data.slot / 2).toFixed(2));
      find("best").setAttribute("x", middle(best).toFixed(2));
      find("best").setAttribute("y", (data.base - data.unit * least / totals[0] - 6).toFixed(2));
      square(own.places[here]);
      say(own, here, best, parts, totals, cost);
    }

    function square(count) {
      const [tiles, way] = data.square[count];
      const along = Math.min(Math.round(Math.sqrt(count)), data.tiles);
      find("tiles").setAttribute("d", tiles);
      find("way").setAttribute("d", way);
      const processor = find("processor");
      processor.setAttribute("cx", data.side / along / 2);
      processor.setAttribute("cy", data.side / along / 2);
      processor.setAttribute("r", Math.max(2.5, 7 / Math.sqrt(along)));
      find("caption").textContent = count === 1 ? "one processor, in the middle"
        : count.toLocaleString("en") + " tiles, a processor in each" +
          (along * along < count ? " (drawn: " + (along * along).toLocaleString("en") + ")" : "");
    }

    function found(own, best, saved, cost) {
      if (best === 0) return "One place is best; more places save nothing.";
      const places = own.places[best].toLocaleString("en") + " places";
      if (saved <= data.gain) return places + " are best, and save less than a twentieth.";
      return places + (best === own.places.length - 1 ? ", the last that were counted," : "") +
        " are best" + (cost ? "" : " where a place is free") + ", and save a factor of " + saved.toFixed(2) + ".";
    }

    function say(own, here, best, parts, totals, cost) {
      const count = own.places[here];
      const part = parts[here];
      const moved = (totals[here] - part.compute) / totals[here];
      const saved = totals[0] / totals[best];
      placed.textContent = count.toLocaleString("en");
      priced.textContent = cost ? readable(cost) + " pJ a phase" : "nothing";
      places.setAttribute("aria-valuetext", count === 1 ? "one place" : count + " places");
      price.setAttribute("aria-valuetext", priced.textContent);
      const text = own.name + " on " + (count === 1 ? "one place" : count.toLocaleString("en") + " places") + ": " +
        readable(totals[here]) + " pJ an operation, " + Math.round(100 * moved) + " % of it not for arithmetic. " +
        found(own, best, saved, cost);
      clearTimeout(spoken);
      spoken = setTimeout(() => { words.textContent = text; }, 60);
    }

    // Both pictures can be dragged. Among the bars the number of places is where the pointer is; in the square the
    // processor of the first tile follows it, and the tile with the processor.
    function draggable(picture, slotAt) {
      function drag(event) {
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
        const slot = Math.max(slotAt(point), 0);
        const index = chosen().places.findLastIndex((count) => data.slots.indexOf(count) <= slot);
        if (Number(places.value) === index) return;
        places.value = index;
        draw();
      }
      picture.addEventListener("pointerdown", function (event) {
        picture.setPointerCapture(event.pointerId);
        drag(event);
      });
      picture.addEventListener("pointermove", (event) => { if (event.buttons) drag(event); });
    }
    draggable(find("bars"), (point) => Math.floor((point.x - data.left) / data.slot));
    // A tile has a half, a quarter, an eighth of the side of the one before.
    draggable(find("square"), (point) => Math.round(Math.log2(data.side / 2 / Math.max(point.x, point.y, 1))));
    [program, price, places].forEach((control) => control.addEventListener("input", draw));
    draw();
    document.documentElement.dataset.landing = "live";
  }

  function enlivenAll() {
    document.querySelectorAll("figure.dg-landing").forEach(enliven);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", enlivenAll);
  else enlivenAll();
})();
