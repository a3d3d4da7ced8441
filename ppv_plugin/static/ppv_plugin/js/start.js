/** The entry module of every page: loads what the elements on it need, through the import map. */

const NEEDS = /** @type {Record<string, () => Promise<unknown>>} */ ({
  "ppv-room": () => import("ppv/room"),
  "ppv-console": () => import("ppv/console"),
  "ppv-listing": () => import("ppv/listing"),
  "ppv-wallet": () => import("ppv/wallet"),
});

for (const [name, load] of Object.entries(NEEDS)) {
  if (document.querySelector(name)) void load();
}
