// What several scripts of the pages call. It comes first on every page.
window.datagravity = {
  element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  },

  // A number for readers, of three digits; `drawing.readable` has the same rule.
  readable(value) {
    return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
  },

  // A cell of a CSV file. A spreadsheet takes a text that begins so for a formula.
  csvCell(text, isNumber) {
    const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  },

  save(name, blob) {
    const link = window.datagravity.element("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  },

  // What a reader sets stands in the page's address, once he rests: `make` gives the address, `part` says what of it is
  // made. A click that leads away comes after what is still to be noted; another entry of the history is never
  // overwritten.
  address: (function () {
    const pending = new Map();
    let timer;

    function forget() {
      window.clearTimeout(timer);
      pending.clear();
    }

    function note() {
      const made = Array.from(pending.values());
      forget();
      made.forEach((make) => history.replaceState(history.state, "", make()));
    }

    function later(part, make) {
      pending.set(part, make);
      window.clearTimeout(timer);
      timer = window.setTimeout(note, 200);
    }

    document.addEventListener("click", note, true);
    window.addEventListener("popstate", forget);
    return { later, note };
  })(),
};
