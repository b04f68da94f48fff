// Keeps an open page of an event current. Without it the page works the same and is reloaded by hand.
//
// The page is asked for again with the tag it came with. Nearly always the answer is 304 and empty; otherwise the parts
// marked data-live are replaced by those of the new page.

const LONGEST_WAIT = 60_000; // milliseconds

let failures = 0;
let timer;

const live = () => document.getElementById("live");

async function refresh() {
  clearTimeout(timer);
  try {
    // The tag goes by hand: the page's own request was not a fetch, so the browser would not add it.
    const response = await fetch(location.href, {
      headers: { "If-None-Match": live().dataset.etag },
      signal: AbortSignal.timeout(20_000),
    });
    if (response.status !== 304) {
      if (!response.ok) throw new Error(`answer ${response.status}`);
      update(new DOMParser().parseFromString(await response.text(), "text/html"));
    }
    failures = 0;
  } catch {
    failures += 1;
  }
  // One lost answer is nothing to tell anybody about.
  document.querySelector(".stale").hidden = failures < 2;
  schedule();
}

function schedule() {
  clearTimeout(timer);
  const seconds = Number(live().dataset.pollSeconds);
  if (!seconds || document.hidden) return;
  const wait = Math.min(seconds * 1000 * 2 ** failures, LONGEST_WAIT);
  // Spread, so that the visitors of one event do not all ask at the same moment.
  timer = setTimeout(refresh, wait * (0.8 + 0.4 * Math.random()));
}

function update(page) {
  const next = page.getElementById("live");
  if (!next) throw new Error("not a page of an event");
  const focused = focusedPlace();
  for (const part of document.querySelectorAll("[data-live]")) {
    const replacement = next.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!replacement || replacement.outerHTML === part.outerHTML) continue;
    markChangedRows(part, replacement);
    part.replaceWith(replacement);
  }
  const before = live().dataset.etag;
  live().dataset.etag = next.dataset.etag;
  if (next.dataset.pollSeconds) live().dataset.pollSeconds = next.dataset.pollSeconds;
  else delete live().dataset.pollSeconds;
  document.title = page.title;
  restoreFocus(focused);
  if (before !== next.dataset.etag) announce();
}

function markChangedRows(before, after) {
  for (const row of after.querySelectorAll("tr[id]")) {
    const old = before.querySelector(`#${CSS.escape(row.id)}`);
    if (!old || old.innerHTML !== row.innerHTML) row.classList.add("changed");
  }
}

// Where the focus is, in words that also hold on the new page: which row, which link.
function focusedPlace() {
  const element = document.activeElement;
  if (!element?.closest("[data-live]")) return null;
  return { row: element.closest("tr")?.id, href: element.getAttribute("href"), rel: element.getAttribute("rel") };
}

function restoreFocus(place) {
  if (!place || document.activeElement?.closest("[data-live]")) return;
  const scope = (place.row && document.getElementById(place.row)) || document;
  const candidates = [...scope.querySelectorAll("[data-live] a[href]")];
  const same = candidates.find((link) => link.getAttribute("href") === place.href);
  const target = same ?? candidates.find((link) => place.rel && link.rel === place.rel);
  (target ?? document.getElementById("main")).focus({ preventScroll: true });
}

function announce() {
  const revision = document.querySelector("[data-revision]");
  if (revision) document.querySelector("[data-announcement]").textContent = revision.textContent.trim();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else if (live().dataset.pollSeconds) refresh();
});
schedule();
