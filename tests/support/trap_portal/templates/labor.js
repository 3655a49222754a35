// What the laboratory's pages do in a browser; data-art says what, data-von where the rest of the page comes from.
"use strict";
const own = document.currentScript;
const art = own.dataset.art, source = own.dataset.von;
const later = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function part(address) {
  await later(150);
  const answer = await fetch(address);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function wholePage() {
  const page = await part(source);
  document.title = page.title;
  for (const each of page.querySelectorAll('head meta[property], head link[rel=canonical], head script')) {
    document.head.append(document.importNode(each, true));
  }
  document.getElementById("seite").append(...page.getElementById("inhalt").childNodes);
}

async function text() {
  const page = await part(source);
  document.querySelector(".beitrag .text").replaceWith(page.querySelector(".beitrag .text"));
}

async function cards(replace) {
  const list = document.querySelector(".karten");
  const first = list.querySelectorAll(".karte").length;
  const page = await part(replace ? source : `${source}?ab=${first}`);
  const more = [...page.querySelectorAll(".karten > .karte")];
  if (replace) list.replaceChildren(...more);
  else list.append(...more);
  return more.length;
}

const arts = {
  skript: wholePage,
  text: text,
  platzhalter: () => cards(true),
  endlos: async () => {
    fetch("/labor/nie").catch(() => {});
    await wholePage();
  },
  scrollen: () => {
    let busy = false;
    addEventListener("scroll", async () => {
      const left = document.documentElement.scrollHeight - innerHeight - scrollY;
      if (busy || left > 200) return;
      busy = true;
      busy = (await cards(false)) === 0;
    });
  },
  mehr: () => {
    const button = document.querySelector(".mehr-laden");
    button.addEventListener("click", async () => {
      button.disabled = true;
      const added = await cards(false);
      if (added) button.disabled = false;
      else button.remove();
    });
  },
  zustimmung: () => {
    const asked = document.getElementById("frage");
    const go = async () => {
      document.cookie = "zustimmung=ja; path=/labor";
      asked.remove();
      await wholePage();
    };
    if (document.cookie.includes("zustimmung=ja")) go();
    asked.querySelector(".zustimmen").addEventListener("click", go);
  },
  absturz: async () => {
    const kept = [];
    for (;;) {
      kept.push(new Uint8Array(32 * 1024 * 1024).fill(kept.length + 1));
      await later(1);
    }
  },
  haengt: () => {
    for (;;);
  },
};
arts[art]();
