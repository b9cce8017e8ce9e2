// Behaviour of all banners in this folder: a button's data-then says what it does. The page remembers the visitor's
// choice in localStorage.choice ("accept", "reject", or the names that were ticked when saved) and each click.
const clicks = [];
function remember(choice) {
  if (window !== window.top) window.top.postMessage({ choice }, "*");
  else localStorage.setItem("choice", choice);
}
function act(button) {
  const [verb, argument] = button.dataset.then.split(":");
  const root = button.getRootNode();
  const banner = button.closest("[data-banner]");
  if (verb === "open") for (const layer of root.querySelectorAll("[data-layer]")) layer.hidden = layer.id !== argument;
  if (verb === "go") location.href = argument;
  if (verb === "tab") window.open(argument);
  if (verb === "reload") { remember(argument); location.reload(); }
  if (verb === "accept" || verb === "reject") remember(verb);
  if (verb === "save") {
    const on = [...banner.querySelectorAll("input:checked:not(:disabled), [aria-checked=true]")];
    remember(on.length === 0 ? "reject" : on.map((element) => element.name || element.id).join("+"));
  }
  if (["accept", "reject", "save"].includes(verb)) banner.remove();
}
function listen(root) {
  root.addEventListener("click", (event) => {
    const target = event.composedPath()[0];
    const button = target instanceof Element && target.closest("[data-then]");
    if (target instanceof Element && target.closest("[role=switch]")) {
      target.setAttribute("aria-checked", String(target.getAttribute("aria-checked") !== "true"));
    }
    if (!button) return;
    clicks.push(button.dataset.then);
    act(button);
  });
}
window.addEventListener("message", (event) => {
  if (event.data.choice) localStorage.setItem("choice", event.data.choice);
  if (event.data.close) document.querySelector(event.data.close).remove();
  if (event.data.show) document.querySelector(event.data.show).hidden = false;
});
if (!document.currentScript.hasAttribute("data-deaf")) listen(document);
