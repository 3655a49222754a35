"use strict";
const blocks = JSON.parse(document.getElementById("blocks").textContent);
const frame = document.getElementById("page");
const said = document.getElementById("said");
const own = document.getElementById("own");
let kept = null;

function marks(index) {
  return frame.contentDocument.querySelectorAll(`[data-block="${index}"]`);
}

function show(index) {
  const [owner, reason] = blocks[index];
  const line = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const text = [...marks(index)].map((mark) => mark.textContent).join(" ").trim();
  said.replaceChildren(line("h2", owner), line("p", reason), line("p", `block ${index}: ${text.slice(0, 300)}`));
}

function keep(index) {
  if (kept !== null) marks(kept).forEach((mark) => mark.classList.remove("chosen"));
  kept = index;
  if (index === null) return;
  marks(index).forEach((mark) => mark.classList.add("chosen"));
  show(index);
}

function indexOf(event) {
  const mark = event.target.closest("[data-block]");
  return mark ? Number(mark.dataset.block) : null;
}

function setStyles(on) {
  own.checked = on;
  frame.contentDocument.getElementById("own").disabled = !on;
}

function hidesBlocks() {
  return [...frame.contentDocument.querySelectorAll("[data-block]")].some((mark) => !mark.getClientRects().length);
}

function start() {
  const page = frame.contentDocument;
  page.addEventListener("mouseover", (event) => {
    const index = indexOf(event);
    if (kept === null && index !== null) show(index);
  });
  page.addEventListener("click", (event) => {
    event.preventDefault();
    const index = indexOf(event);
    keep(index === kept ? null : index);
  });
  if (hidesBlocks()) setStyles(false);
  page.querySelector(".article.headline")?.scrollIntoView({ block: "center" });
  document.body.dataset.ready = "yes";
}

own.addEventListener("change", () => setStyles(own.checked));
document.getElementById("legend").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const name = `.${button.dataset.kind}.${button.dataset.part.replaceAll(" ", "-")}[data-block]`;
  const found = [...new Set([...frame.contentDocument.querySelectorAll(name)].map((mark) => Number(mark.dataset.block)))];
  if (!found.length) return;
  keep(found.find((index) => kept !== null && index > kept) ?? found[0]);
  marks(kept)[0].scrollIntoView({ block: "center" });
});
if (frame.contentDocument.readyState === "complete" && frame.contentDocument.getElementById("own")) start();
else frame.addEventListener("load", start, { once: true });
