/** The entry module of every page: loads what the elements on it need, through the import map. */

/** In a preview nothing may connect: there these elements have no address, and what would use one is not even loaded. */
const NEEDS = /** @type {Record<string, () => Promise<unknown>>} */ ({
  "ppv-room:not([data-preview])": () => import("ppv/room"),
  "ppv-console:not([data-preview])": () => import("ppv/console"),
  "ppv-guest": () => import("ppv/guest"),
  'ppv-listing:not([data-socket=""])': () => import("ppv/listing"),
  'ppv-wallet:not([data-state=""])': () => import("ppv/wallet"),
  'ppv-running:not([data-state=""])': () => import("ppv/running"),
  "ppv-copy": () => import("ppv/copy"),
  "[data-preview]": () => import("ppv/preview"),
});

for (const [selector, load] of Object.entries(NEEDS)) {
  if (document.querySelector(selector)) void load();
}
