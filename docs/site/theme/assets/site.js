// The theme's search is a dialog without a name.
document.querySelector(".md-search")?.setAttribute("aria-label", "Search");

// A table that is wider than the page scrolls inside itself; the keyboard must reach it to do so.
(() => {
  const reach = () => {
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        box.setAttribute("role", "region");
        box.setAttribute("aria-label", "Table");
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      }
    }
  };
  addEventListener("load", reach);
  addEventListener("resize", reach);
})();

// Of a shell's lines, the button copies what is typed: after the prompt, and on lines that go on.
for (const code of document.querySelectorAll(".language-console code")) {
  const typed = [];
  let goesOn = false;
  for (const line of code.textContent.split("\n")) {
    if (line.startsWith("$ ")) typed.push(line.slice(2));
    else if (goesOn) typed.push(line);
    else continue;
    goesOn = line.endsWith("\\");
  }
  if (typed.length) code.dataset.copy = typed.join("\n");
}
