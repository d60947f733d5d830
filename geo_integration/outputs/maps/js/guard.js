// Where the page cannot be drawn, as in an old browser: say so, and show the tables for pages without
// script. In words that old browsers understand, and on its own: what follows may not even be read.
(function () {
  "use strict";
  var page = document.documentElement;

  function showPlain() {
    if (page.classList.contains("ready") || page.classList.contains("failed")) return;
    page.classList.add("failed");
    var broken = document.getElementById("broken");
    var plain = new DOMParser().parseFromString(document.querySelector("noscript").textContent, "text/html");
    Array.prototype.forEach.call(plain.querySelectorAll(".wide"), function (table) { broken.appendChild(table); });
    broken.hidden = false;
  }

  window.addEventListener("error", showPlain);
  window.addEventListener("unhandledrejection", showPlain);
  // Without it nothing could be unpacked but what is seen first.
  if (!window.DecompressionStream) showPlain();
}());
