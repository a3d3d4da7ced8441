/**
 * `<ppv-stage>`: the picture. Large one, small own one, sound, full screen, picture in picture.
 * Inside, `data-stage` conditions see sound (on, off, blocked), picture (yes, no), own (yes, no).
 * Says with the event `ppv-sound` when the sound is another.
 */
import { need, part, showWhen } from "ppv/dom";

const LOOK_MS = 1000;
const LEVEL_MS = 100;
const STILL_LOOKS = 3; // so many looks without a new frame are no picture any more

export class PPVStage extends HTMLElement {
  /** @type {MediaStream|null} */
  main = null;
  /** @type {MediaStream|null} */
  own = null;
  sound = "on";
  muted = false; // the person's own wish
  /** @type {Set<MediaStreamTrack>} */
  #watched = new Set();
  #kind = "video";
  /** @type {AudioContext|null} */
  #ear = null;
  /** @type {MediaStreamTrack|null} */
  #heard = null;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #levelTimer = undefined;
  #frames = 0;
  #still = 0;
  #said = "";
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #lookTimer = undefined;

  connectedCallback() {
    this.#video.addEventListener("playing", () => this.render());
    this.#video.addEventListener("resize", () => this.render());
    this.#lookTimer = setInterval(() => this.#look(), LOOK_MS);
    this.render();
  }

  disconnectedCallback() {
    clearInterval(this.#lookTimer);
    this.#listen(null);
  }

  /** What is sent: for sound alone there is a level, for text alone nothing moves. @param {string} kind */
  setKind(kind) {
    if (kind === this.#kind) return;
    this.#kind = kind;
    this.render();
  }

  /** @param {MediaStreamTrack|null} track whose loudness is shown */
  #listen(track) {
    if (track === this.#heard) return;
    this.#heard = track;
    clearInterval(this.#levelTimer);
    void this.#ear?.close().catch(() => {});
    this.#ear = null;
    this.#showLevel(0);
    if (!track) return;
    this.#ear = new AudioContext();
    const analyser = this.#ear.createAnalyser();
    analyser.fftSize = 512;
    this.#ear.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#levelTimer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
      this.#showLevel(Math.min(1, Math.sqrt(power) * 4));
    }, LEVEL_MS);
  }

  /** @param {number} level 0 to 1 */
  #showLevel(level) {
    this.style.setProperty("--ppv-level", level.toFixed(2));
    const meter = part(this, "sound-level");
    if (meter instanceof HTMLMeterElement) meter.value = level;
  }

  /** A camera that was switched off leaves its last frame standing: only new frames are a picture. */
  #look() {
    if (!this.main || document.visibilityState === "hidden") return;
    const { totalVideoFrames } = this.#video.getVideoPlaybackQuality();
    const before = this.#still;
    this.#still = totalVideoFrames === this.#frames ? before + 1 : 0;
    this.#frames = totalVideoFrames;
    if (before >= STILL_LOOKS !== this.#still >= STILL_LOOKS) this.render();
  }

  /**
   * @param {MediaStream|null} stream
   * @param {{silent?: boolean}} [how] silent: the own picture, which must never be heard
   */
  show(stream, { silent = false } = {}) {
    const video = this.#video;
    this.toggleAttribute("data-silent", silent);
    if (this.main === stream && video.srcObject === stream) return this.render();
    this.main = stream;
    this.#still = 0;
    video.srcObject = stream;
    video.muted = silent || this.muted;
    this.sound = video.muted ? "off" : "on";
    if (stream) {
      this.#watch(stream);
      stream.addEventListener("addtrack", () => this.#watch(stream));
      void this.#play();
    }
    return this.render();
  }

  /** @param {MediaStream|null} stream the own picture in the corner */
  showOwn(stream) {
    const video = part(this, "own");
    this.own = stream && stream.getVideoTracks().length ? stream : null;
    if (video instanceof HTMLVideoElement && video.srcObject !== this.own) {
      video.srcObject = this.own;
      if (this.own) void video.play().catch(() => {});
    }
    this.render();
  }

  /** Sound on or off; a press is also what lets a browser play aloud that refused before. */
  async toggleSound() {
    this.muted = this.sound === "on";
    this.#video.muted = this.muted;
    this.sound = this.muted ? "off" : "on";
    await this.#play();
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.#video.volume = volume;
  }

  async toggleFullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.requestFullscreen();
  }

  async togglePictureInPicture() {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await this.#video.requestPictureInPicture();
  }

  /** Browsers may refuse to play aloud before the first press: then silently, with a button for the sound. */
  async #play() {
    const video = this.#video;
    try {
      await video.play();
    } catch (why) {
      if (!(why instanceof DOMException) || why.name !== "NotAllowedError") return;
      video.muted = true;
      this.sound = "blocked";
      await video.play().catch(() => {});
    }
    this.render();
  }

  /** @param {MediaStream} stream */
  #watch(stream) {
    for (const track of stream.getVideoTracks()) {
      if (this.#watched.has(track)) continue;
      this.#watched.add(track);
      for (const event of ["mute", "unmute", "ended"]) track.addEventListener(event, () => this.render());
    }
    this.render();
  }

  render() {
    const track = this.main?.getVideoTracks()[0];
    const own = this.hasAttribute("data-silent");
    const moves = own || (this.#video.videoWidth > 0 && this.#still < STILL_LOOKS);
    const picture = track && track.readyState === "live" && !track.muted && moves;
    this.#listen(this.#kind === "audio" ? (this.main?.getAudioTracks()[0] ?? null) : null);
    showWhen(
      this,
      {
        kind: this.#kind,
        sound: this.sound,
        picture: picture ? "yes" : "no",
        own: this.own ? "yes" : "no",
        silent: own ? "yes" : "no",
        pip: document.pictureInPictureEnabled ? "yes" : "no",
      },
      "data-stage",
    );
    if (this.sound === this.#said) return;
    this.#said = this.sound;
    this.dispatchEvent(new CustomEvent("ppv-sound", { bubbles: true, detail: { sound: this.sound } }));
  }

  get #video() {
    return need(this, "main", HTMLVideoElement);
  }
}

if (!customElements.get("ppv-stage")) customElements.define("ppv-stage", PPVStage);
