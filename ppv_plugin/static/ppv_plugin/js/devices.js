/**
 * `<ppv-devices>`: choice of camera and microphone with a preview and a level, and what blocks them in plain words.
 * Fires `ppv-devices` when what it captures changes. Inside, `data-device` conditions see camera, microphone, problem.
 */
import { need, showWhen } from "ppv/dom";

/** @typedef {"camera"|"microphone"} Device */
/** @typedef {""|"asking"|"no-device"|"permission-denied"|"in-use"|"insecure-origin"|"failed"} Problem */

const MEMORY = "ppv-devices";
const LEVEL_MS = 100;
/** What a show of each kind needs. */
const NEEDED = /** @type {Record<string, Device[]>} */ ({ video: ["camera", "microphone"], audio: ["microphone"], text: [] });
const KINDS = /** @type {const} */ ({ camera: "video", microphone: "audio" });

/**
 * What stands in the way, from the browser's name of the error.
 * @param {unknown} why
 * @returns {Problem}
 */
export function problemOf(why) {
  const name = why instanceof Error || why instanceof DOMException ? why.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "permission-denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "no-device";
  if (name === "NotReadableError" || name === "AbortError") return "in-use";
  return "failed";
}

/** @returns {{camera?: string, microphone?: string, cameraOn?: boolean, microphoneOn?: boolean}} */
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(MEMORY) ?? "{}") ?? {};
  } catch {
    return {}; // storage may be forbidden: the choice is then made each time
  }
}

/** @param {object} choice */
function remember(choice) {
  try {
    localStorage.setItem(MEMORY, JSON.stringify({ ...remembered(), ...choice }));
  } catch {
    // storage may be forbidden or full
  }
}

export class PPVDevices extends HTMLElement {
  stream = new MediaStream();
  /** @type {Problem} */
  problem = "";
  on = { camera: true, microphone: true };
  running = false;
  kind = "video";
  /** @type {AudioContext|null} */
  audio = null;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  levelTimer = undefined;
  #turn = 0; // only the latest of several openings counts

  connectedCallback() {
    const memory = remembered();
    const shy = this.dataset["start"] === "off"; // cameras of those who pay start dark until they choose otherwise
    this.on.camera = shy ? (memory.cameraOn ?? false) : true;
    this.on.microphone = shy ? (memory.microphoneOn ?? false) : true;
    for (const device of /** @type {Device[]} */ (["camera", "microphone"])) {
      this.#select(device).addEventListener("change", () => {
        remember({ [device]: this.#select(device).value });
        void this.#open([device]);
      });
      this.#switch(device).addEventListener("change", () => void this.set(device, this.#switch(device).checked));
    }
    this.#show();
  }

  disconnectedCallback() {
    this.stop();
  }

  /** Opens what is switched on. Resolves when it is decided, also when it failed: see `problem`. */
  async start() {
    this.running = true;
    await this.#open(["camera", "microphone"]);
  }

  /**
   * Only what a show of this kind needs is captured; what runs beyond it is switched off, what lacks is opened.
   * @param {string} kind
   */
  limit(kind) {
    if (kind === this.kind) return;
    const before = NEEDED[this.kind] ?? [];
    this.kind = kind;
    const needed = NEEDED[kind] ?? [];
    for (const device of before) if (!needed.includes(device)) this.#close(device);
    const lacking = needed.filter((device) => !before.includes(device));
    if (this.running && lacking.length) void this.#open(lacking);
    else {
      this.#watchLevel();
      this.#changed();
    }
  }

  /** Whether all that a show of this kind needs is running. */
  get ready() {
    return (NEEDED[this.kind] ?? []).every((device) => this.has(device));
  }

  stop() {
    this.#turn += 1;
    this.running = false;
    this.#close("camera");
    this.#close("microphone");
    this.#watchLevel();
    this.problem = "";
    this.#changed();
  }

  /**
   * @param {Device} device
   * @param {boolean} on
   */
  async set(device, on) {
    this.on[device] = on;
    remember({ [`${device}On`]: on });
    if (this.running) await this.#open([device]);
    else this.#show();
  }

  /** @param {Device} device */
  has(device) {
    return this.stream.getTracks().some((track) => track.kind === KINDS[device]);
  }

  /** @param {Device[]} devices */
  async #open(devices) {
    if (!this.running) return;
    const turn = ++this.#turn;
    for (const device of devices) this.#close(device);
    const wanted = devices.filter((device) => this.on[device] && NEEDED[this.kind]?.includes(device));
    this.problem = wanted.length ? "asking" : "";
    this.#changed();
    if (wanted.length && !(globalThis.isSecureContext && navigator.mediaDevices)) {
      this.problem = "insecure-origin";
    } else if (wanted.length) {
      await this.#capture(wanted, turn);
    }
    if (turn !== this.#turn) return;
    await this.#list();
    this.#watchLevel();
    this.#changed();
  }

  /**
   * Both at once, so that there is one question; when one of them fails, each by itself, so that the other still works.
   * @param {Device[]} wanted
   * @param {number} turn
   */
  async #capture(wanted, turn) {
    try {
      await this.#capturePart(wanted, turn);
      this.problem = "";
    } catch (why) {
      this.problem = problemOf(why);
      if (wanted.length < 2 || this.problem === "permission-denied") return;
      for (const device of wanted) await this.#capturePart([device], turn).catch(() => {});
    }
  }

  /**
   * @param {Device[]} wanted
   * @param {number} turn
   */
  async #capturePart(wanted, turn) {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: wanted.includes("camera") && {
        ...chosen("camera"),
        width: { ideal: 1280 },
        height: { ideal: 720 },
        frameRate: { ideal: 30, max: 30 },
      },
      audio: wanted.includes("microphone") && { ...chosen("microphone"), echoCancellation: true, noiseSuppression: true },
    });
    for (const track of stream.getTracks()) {
      if (turn !== this.#turn || !this.running) {
        track.stop(); // switched off or chosen again while the browser asked
        continue;
      }
      track.onended = () => this.#lost(track);
      this.stream.addTrack(track);
    }
  }

  /** @param {MediaStreamTrack} track unplugged, or the permission was taken back */
  #lost(track) {
    this.stream.removeTrack(track);
    this.problem = "no-device";
    this.#watchLevel();
    this.#changed();
  }

  /** @param {Device} device */
  #close(device) {
    for (const track of this.stream.getTracks()) {
      if (track.kind !== KINDS[device]) continue;
      track.onended = null;
      track.stop();
      this.stream.removeTrack(track);
    }
  }

  /** Names of devices are known only after permission. */
  async #list() {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    for (const device of /** @type {Device[]} */ (["camera", "microphone"])) {
      const select = this.#select(device);
      const found = all.filter((one) => one.kind === `${KINDS[device]}input` && one.deviceId);
      const current = this.stream.getTracks().find((track) => track.kind === KINDS[device])?.getSettings().deviceId;
      const options = found.map((one) => new Option(one.label, one.deviceId, false, one.deviceId === current));
      if (options.length) select.replaceChildren(...options);
      select.disabled = options.length === 0;
    }
  }

  #watchLevel() {
    clearInterval(this.levelTimer);
    void this.audio?.close().catch(() => {});
    this.audio = null;
    const level = need(this, "level", HTMLMeterElement);
    level.value = 0;
    if (!this.has("microphone")) return;
    this.audio = new AudioContext();
    const analyser = this.audio.createAnalyser();
    analyser.fftSize = 512;
    this.audio.createMediaStreamSource(new MediaStream(this.stream.getAudioTracks())).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.levelTimer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
      level.value = Math.min(1, Math.sqrt(power) * 4);
    }, LEVEL_MS);
  }

  #changed() {
    this.#show();
    this.dispatchEvent(new CustomEvent("ppv-devices", { bubbles: true }));
  }

  #show() {
    const view = {
      problem: this.problem || "none",
      running: this.running ? "yes" : "no",
      kind: this.kind,
      camera: this.has("camera") ? "live" : this.on.camera ? "wanted" : "off",
      microphone: this.has("microphone") ? "live" : this.on.microphone ? "wanted" : "off",
    };
    showWhen(this, view, "data-device");
    for (const device of /** @type {Device[]} */ (["camera", "microphone"])) {
      this.#switch(device).checked = this.on[device];
    }
    const video = need(this, "preview", HTMLVideoElement);
    const shown = this.has("camera") ? this.stream : null;
    if (video.srcObject !== shown) video.srcObject = shown;
    if (shown) void video.play().catch(() => {}); // a muted preview may always play; a closed page is the only reason
  }

  /** @param {Device} device */
  #select(device) {
    return need(this, device, HTMLSelectElement);
  }

  /** @param {Device} device */
  #switch(device) {
    return need(this, `${device}-on`, HTMLInputElement);
  }
}

/** @param {Device} device */
function chosen(device) {
  const id = remembered()[device];
  return id ? { deviceId: { ideal: id } } : {};
}

/** Whether the browser would open camera and microphone without asking. */
export async function permissionGiven() {
  try {
    const names = /** @type {PermissionName[]} */ (/** @type {unknown} */ (["camera", "microphone"]));
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return states.every(({ state }) => state === "granted");
  } catch {
    return false; // browsers that do not tell are asked by a press
  }
}

if (!customElements.get("ppv-devices")) customElements.define("ppv-devices", PPVDevices);
