// What the theme's buttons and boxes need besides its own scripts. No page holds a script or a handler itself.
(function () {
  "use strict";

  const actions = { print: () => window.print(), fullscreen: () => window.toggleFullScreen() };
  document.querySelectorAll("[data-action]").forEach(function (button) {
    button.addEventListener("click", actions[button.dataset.action]);
  });
})();
