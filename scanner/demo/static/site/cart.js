/* How many things are in the cart, which another host of the shop keeps. */
(() => {
  const count = document.getElementById("cart-count");
  fetch("https://shop.northwind-demo.example/api/cart", { credentials: "include" })
    .then((answer) => answer.json())
    .then(({ items }) => (count.textContent = String(items)));
})();
